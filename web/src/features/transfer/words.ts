import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

export type Leaver = components['schemas']['TransferLeaverView'];
export type Transfer = components['schemas']['TransferTransferView'];
export type Item = components['schemas']['TransferItemView'];
export type Outline = components['schemas']['TransferOutline'];
export type Plan = components['schemas']['TransferPlan'];
export type Seat = components['schemas']['TransferSeatView'];
export type SeatChoice = components['schemas']['TransferSeatChoice'];
export type Share = components['schemas']['TransferShare'];
export type State = Item['state'];

export const states: readonly State[] = [
  'planned',
  'sent',
  'waiting',
  'accepted',
  'refused',
  'full',
  'failed',
  'cancelled',
];

export const tones: Record<State, Tone> = {
  planned: 'quiet',
  sent: 'busy',
  waiting: 'busy',
  accepted: 'good',
  refused: 'bad',
  full: 'warn',
  failed: 'bad',
  cancelled: 'quiet',
};

/** How many of a hand-over are in each state, customers and groups together. */
export function together(transfer: Transfer): Partial<Record<State, number>> {
  const sum: Partial<Record<State, number>> = {};
  for (const of of [transfer.customers, transfer.groups]) {
    for (const state of states) {
      const n = of[state];
      if (n) sum[state] = (sum[state] ?? 0) + n;
    }
  }
  return sum;
}

export function total(of: Record<string, number>): number {
  return Object.values(of).reduce((sum, n) => sum + n, 0);
}

/** How many are settled, and how many there are. */
export function progress(transfer: Transfer): { done: number; total: number } {
  const sum = together(transfer);
  const all = total(sum as Record<string, number>);
  const open = (sum.planned ?? 0) + (sum.sent ?? 0) + (sum.waiting ?? 0);
  return { done: all - open, total: all };
}
