import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

export type FollowRow = components['schemas']['CustomerFollowView'];
export type CustomerRow = components['schemas']['CustomerCustomerView'];
export type CustomerDetail = components['schemas']['CustomerDetail'];

/** How a follow stands: the mirror's numbers as words. */
export type Standing = 'stands' | 'half' | 'lost' | 'deleted' | 'gone' | 'handed';

const standings: Record<number, Standing> = {
  1: 'stands',
  2: 'half',
  3: 'lost',
  4: 'deleted',
  5: 'gone',
  6: 'handed',
};

export function standingOf(code: number): Standing {
  return standings[code] ?? 'gone';
}

export const standingTone: Record<Standing, Tone> = {
  stands: 'good',
  half: 'busy',
  lost: 'bad',
  deleted: 'warn',
  gone: 'quiet',
  handed: 'quiet',
};

/** WeCom's add_way values that have words here; others are shown by number. */
export const addWays = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 201, 202] as const;

/** Names of tags, each once: a member's own may be called like one of the company. Rule-group tags have no name. */
export function tagNames(tags: readonly { name: string }[]): string[] {
  return [...new Set(tags.map((tag) => tag.name).filter(Boolean))];
}
