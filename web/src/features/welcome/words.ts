import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

type Schemas = components['schemas'];

export type Greeting = Schemas['WelcomeView'];
export type GreetingForm = Schemas['WelcomeForm'];
export type Delivery = Schemas['WelcomeDeliveryView'];

/** Narrowest first, as they are chosen. */
export const levels = ['member', 'department', 'company'] as const satisfies Greeting['level'][];

export const outcomes = [
  'sent',
  'none',
  'taken',
  'late',
  'refused',
  'sending',
] as const satisfies Delivery['outcome'][];

export const outcomeTone: Readonly<Record<Delivery['outcome'], Tone>> = {
  sent: 'good',
  none: 'quiet',
  taken: 'warn',
  late: 'bad',
  refused: 'bad',
  sending: 'busy',
};

/**
 * From WeCom's event to the greeting: "1.2 s". WeCom tells the time of an event in
 * whole seconds, so anything below one is "< 1 s"; a dash when nothing was sent.
 */
export function tookText({ addedAt, doneAt }: Pick<Delivery, 'addedAt' | 'doneAt'>): string {
  if (!doneAt) return '–';
  const seconds = (doneAt - addedAt) / 1000;
  return seconds < 1 ? '< 1 s' : `${seconds.toFixed(1)} s`;
}
