import { keepPreviousData, useQuery } from '@tanstack/react-query';
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

const trendTopics = ['customer', 'follow', 'sync'] as const;
const trendKey = ['home', 'trend'];
/** A day's figure does not run away: a busy hour is looked at twice a minute at most. */
const trendSettle = 30_000;

/** Figures by day, today last, for the chart of the home page. */
export function useTrend(days: number) {
  useLive(trendTopics, [trendKey], trendSettle);
  return useQuery({
    queryKey: [...trendKey, days],
    queryFn: ({ signal }) => ok(api.GET('/api/home/trend', { params: { query: { days } }, signal })),
    placeholderData: keepPreviousData,
  });
}
