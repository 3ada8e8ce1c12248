import { useQuery } from '@tanstack/react-query';
import { useLive } from '@/lib/live';
import { api, ok } from './client';

/** What may change a figure; each read asks all features, so bursts are answered once (see useLive). */
const topics = ['customer', 'follow', 'group', 'churn', 'channelcode', 'eventlog', 'job', 'sync'] as const;

export const tilesKey = ['home', 'tiles'];

/** The figures of the home page, of which some ask somebody to act; the bell of the top bar shows those. */
export function useTiles() {
  useLive(topics, [tilesKey]);
  return useQuery({
    queryKey: tilesKey,
    queryFn: ({ signal }) => ok(api.GET('/api/home/tiles', { signal })),
  });
}
