import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { some, type UrlFilters, useUrlFilters } from '@/lib/url-filters';
import type { Kind } from './words';

const keys = [
  'q',
  'member',
  'department',
  'lost',
  'deleted',
  'tag',
  'tagMode',
  'channel',
  'addWay',
  'state',
  'company',
] as const;

export type ChurnFilters = UrlFilters<(typeof keys)[number]>;

/** The filters of the address, and what they mean to the server. */
export function useChurnQuery(kind: Kind) {
  const zone = useTimeZone();
  const now = useNow();
  const filters: ChurnFilters = useUrlFilters(...keys);
  const period = periodInstants(filters.one(kind), zone, now);
  const query = {
    q: filters.one('q'),
    member: some(filters.many('member')),
    department: some(filters.many('department'))?.map(Number),
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
    tag: some(filters.many('tag')),
    tagMode: some(filters.many('tag')) && (filters.one('tagMode') as 'any' | 'all' | 'none' | undefined),
    channel: some(filters.many('channel')),
    addWay: some(filters.many('addWay'))?.map(Number),
    state: filters.one('state') as 'lost' | 'returned' | undefined,
    company: filters.one('company') === 'yes' || undefined,
  };
  return { filters, query };
}
