import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';

/** The reading of all that WeCom knows of the corp: the latest, kept fresh by news, and a way to begin another. */
export function useSync() {
  const client = useQueryClient();
  const syncs = useQuery({
    queryKey: ['mirror', 'sync'],
    queryFn: ({ signal }) => ok(api.GET('/api/mirror/sync', { signal })),
  });
  useLive('sync', [['mirror', 'sync']]);
  const start = useMutation({
    mutationFn: () => ok(api.POST('/api/mirror/sync', { body: { scope: 'full' } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['mirror', 'sync'] }),
  });
  const latest = syncs.data?.items[0];
  return {
    /** False until the server has told. */
    known: syncs.data !== undefined,
    latest,
    running: latest?.state === 'running' ? latest : undefined,
    /** When everything was last read to its end, 0 when never. */
    lastDone: syncs.data?.lastDone ?? 0,
    start: () => start.mutateAsync(),
  };
}
