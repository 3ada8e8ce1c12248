import type { components } from '@/api/schema';
import type { CustomerFace } from '@/parts/CustomerCard';
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

const genders = ['unknown', 'male', 'female'] as const;

export function faceOf(c: {
  name: string;
  type: number;
  gender: number;
  avatar?: string;
  corpName?: string;
  remark?: string;
  badges?: readonly string[];
}): CustomerFace {
  return {
    name: c.name,
    avatar: c.avatar || undefined,
    kind: c.type === 1 ? 'wechat' : c.type === 2 ? 'corp' : undefined,
    corp: c.corpName,
    gender: genders[c.gender] ?? 'unknown',
    remark: c.remark && c.remark !== c.name ? c.remark : undefined,
    badges: c.badges,
  };
}

/** Names of tags, each once: a member's own may be called like one of the company. Rule-group tags have no name. */
export function tagNames(tags: readonly { name: string }[]): string[] {
  return [...new Set(tags.map((tag) => tag.name).filter(Boolean))];
}
