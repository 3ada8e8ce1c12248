import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';

const tilesKey = ['home', 'tiles'];

/** The figures of the home page; looked at again whenever a customer comes, goes or is lost. */
export function useTiles() {
  useLive('home', [tilesKey]);
  useLive('customer', [tilesKey]);
  return useQuery({
    queryKey: tilesKey,
    queryFn: ({ signal }) => ok(api.GET('/api/home/tiles', { signal })),
  });
}
