import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

export type Library = components['schemas']['TagLibrary'];
export type Group = components['schemas']['TagGroup'];
export type Tag = components['schemas']['TagTag'];
export type Change = components['schemas']['TagChange'];
export type Run = components['schemas']['TagRun'];
export type Item = components['schemas']['TagItem'];
export type Rule = components['schemas']['TagRule'];
export type RuleForm = components['schemas']['TagRuleForm'];
export type Span = components['schemas']['TagSpan'];
export type Hit = components['schemas']['TagHitView'];
export type Sight = components['schemas']['TagSight'];

/** Names written one a line, or with commas between them. */
export function namesIn(text: string): string[] {
  const names = text
    .split(/[\n,，、;；]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...new Set(names)];
}

/** The list with one element a place further up or down; undefined when there is no such place. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] | undefined {
  const other = at + by;
  if (at < 0 || other < 0 || other >= list.length) return undefined;
  const next = [...list];
  const [taken] = next.splice(at, 1);
  if (taken === undefined) return undefined;
  next.splice(other, 0, taken);
  return next;
}

/** Minutes of a day as 09:30, and back; undefined for what is no time. */
export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export function minutes(text: string): number | undefined {
  const found = /^(\d{1,2})[:：](\d{2})$/.exec(text.trim());
  if (!found) return undefined;
  const at = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && at <= 1440 ? at : undefined;
}

/** How many customers of a run are settled. */
export function settled(run: Run): number {
  return run.changed + run.same + run.gone + run.failed + run.invalid;
}

/** Whether a run is at work by itself. */
export function atWork(run: Run): boolean {
  return run.state === 'checking' || run.state === 'collecting' || run.state === 'running';
}

/** How far a run is: of a list that is checked, how many of its lines. */
export function progress(run: Run): { done: number; total: number } {
  if (run.state === 'checking') return { done: Math.min(run.total, run.lines ?? 0), total: run.lines ?? 0 };
  return { done: settled(run), total: run.total };
}

export const runTone: Record<Run['state'], Tone> = {
  checking: 'busy',
  draft: 'quiet',
  collecting: 'busy',
  running: 'busy',
  done: 'good',
  cancelled: 'quiet',
};

export const itemTone: Record<Item['state'], Tone> = {
  waiting: 'busy',
  calling: 'busy',
  changed: 'good',
  same: 'quiet',
  gone: 'warn',
  failed: 'bad',
  invalid: 'bad',
};

export const changeTone: Record<Change['state'], Tone> = { waiting: 'busy', done: 'good', refused: 'bad' };

export const hitTone: Record<Hit['outcome'], Tone> = {
  waiting: 'busy',
  tagged: 'good',
  refused: 'bad',
  same: 'quiet',
  counted: 'busy',
  limited: 'warn',
};
