import { useQuery } from '@tanstack/react-query';
import { useLive } from '@/lib/live';
import { api, ok } from './client';

/** What may change a figure. */
const topics = [
  'customer',
  'follow',
  'group',
  'churn',
  'channelcode',
  'inbox',
  'call',
  'job',
  'sync',
] as const;

/** Each read asks all features, so a busy hour is looked at every other second at most. */
const settle = 2_000;

export const tilesKey = ['home', 'tiles'];

/** The figures of the home page, of which some ask somebody to act; the bell of the top bar shows those. */
export function useTiles() {
  useLive(topics, [tilesKey], settle);
  return useQuery({
    queryKey: tilesKey,
    queryFn: ({ signal }) => ok(api.GET('/api/home/tiles', { signal })),
  });
}
