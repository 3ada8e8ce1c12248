import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

type Schemas = components['schemas'];

export type Callback = Schemas['EventlogCallback'];
export type About = Schemas['EventlogAbout'];
export type Job = Schemas['EventlogJob'];
export type Call = Schemas['CorpCall'];

export const callbackStates = ['waiting', 'done', 'ignored', 'failed'] as const satisfies Callback['state'][];

export const callbackTone: Readonly<Record<Callback['state'], Tone>> = {
  waiting: 'busy',
  done: 'good',
  ignored: 'quiet',
  failed: 'bad',
};

export const jobStates = [
  'available',
  'parked',
  'running',
  'done',
  'dead',
  'cancelled',
] as const satisfies Job['state'][];

export const jobTone: Readonly<Record<Job['state'], Tone>> = {
  available: 'busy',
  parked: 'busy',
  running: 'busy',
  done: 'good',
  dead: 'bad',
  cancelled: 'quiet',
};

/** From receipt to the end of the work: "38 ms", "1.2 s", "4 min"; a dash while it lasts. */
export function spentWords(from: number, to: number | undefined): string {
  if (!to || to < from) return '–';
  const ms = to - from;
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
