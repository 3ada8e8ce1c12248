import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';
import { clockTime, type Shift } from '@/parts/schedule';

type Schemas = components['schemas'];

export type Code = Schemas['ChannelcodeView'];
export type CodeForm = Schemas['ChannelcodeForm'];
export type Change = Schemas['ChannelcodeChangeView'];
export type DayCount = Schemas['ChannelcodeDayCount'];

export const codeStates = ['live', 'pending', 'broken'] as const satisfies Code['status'][];

export const codeTone: Readonly<Record<Code['status'], Tone>> = {
  live: 'good',
  pending: 'busy',
  broken: 'bad',
};

export const changeKinds = ['added', 'lost', 'deleted'] as const satisfies Change['kind'][];

export const changeTone: Readonly<Record<Change['kind'], Tone>> = {
  added: 'good',
  lost: 'bad',
  deleted: 'warn',
};

/** The members' names; a member who is not known any more is shown by his userid. */
export function namesOf(code: Code, members: readonly string[]): string[] {
  return members.map((member) => code.names[member] || member);
}

/** "09:00 – 18:00", "22:00 – 06:00 (+1)" past midnight. */
export function shiftHours({ from, to }: Shift): string {
  return `${clockTime(from)} – ${clockTime(to)}${to <= from ? ' (+1)' : ''}`;
}

/** Days as the server writes them: 20261122 as "2026-11-22". */
export function dayText(day: number): string {
  const text = String(day);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

/** Every day of a span with its figures; days on which nothing happened are zero, not absent. */
export function everyDay(from: number, to: number, days: readonly DayCount[]): DayCount[] {
  const known = new Map(days.map((day) => [day.day, day]));
  const all: DayCount[] = [];
  const last = Date.parse(`${dayText(to)}T00:00:00Z`);
  for (let at = Date.parse(`${dayText(from)}T00:00:00Z`); at <= last; at += 86_400_000) {
    const day = Number(new Date(at).toISOString().slice(0, 10).replaceAll('-', ''));
    all.push(known.get(day) ?? { day, added: 0, lost: 0, deleted: 0 });
  }
  return all;
}

/** A file name that every system takes. */
export function fileName(name: string, what: string): string {
  return `${name.replace(/[\\/:*?"<>|\s]+/g, '-').replace(/-$/, '')}-${what}.png`;
}

/** Hands bytes to the browser as a download. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has been taken over once the click was handled; a later task may let go of the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
