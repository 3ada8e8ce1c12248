import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

/** Reads contact book, customers and groups for the first time. */
export function FirstSync(props: { lastSync: number; ready: boolean; onDone: () => void }) {
  const t = useT();
  const can = useCan();
  const { done, problem } = useFeedback();
  const client = useQueryClient();
  const syncs = useQuery({
    queryKey: ['mirror', 'sync'],
    queryFn: ({ signal }) => ok(api.GET('/api/mirror/sync', { signal })),
  });
  useLive('sync', [['mirror', 'sync']]);
  const start = useMutation({
    mutationFn: () => ok(api.POST('/api/mirror/sync', { body: { scope: 'full' } })),
    onSuccess: () => {
      done(t('sync.begun'));
      return client.invalidateQueries({ queryKey: ['mirror', 'sync'] });
    },
    onError: problem,
  });
  const latest = syncs.data?.items[0];
  const running = latest?.state === 'running';
  const { onDone } = props;
  // A short sync may be over before it was ever seen running: what counts is that another one is the last.
  const seen = useRef<string>(undefined);
  const state = syncs.data && (running ? 'running' : (latest?.id ?? 'none'));
  useEffect(() => {
    if (state === undefined) return;
    if (state !== 'running' && seen.current !== undefined && seen.current !== state) onDone();
    seen.current = state;
  }, [state, onDone]);
  return (
    <span className="setup-copy">
      {can('mirror.sync') && (
        <Button
          icon="reload"
          look={props.lastSync === 0 && props.ready ? 'primary' : 'default'}
          disabled={running || !props.ready}
          hint={props.ready ? undefined : t('sync.first')}
          busy={start.isPending}
          onClick={() => start.mutate()}
        >
          {t(running ? 'sync.running' : props.lastSync === 0 ? 'sync.start' : 'sync.again')}
        </Button>
      )}
      {running && <span className="q-faint">{t('sync.rows', { n: latest.done })}</span>}
      {!running && props.lastSync > 0 && (
        <span className="q-faint">
          {t('sync.last')} <TimeText at={props.lastSync} />
        </span>
      )}
    </span>
  );
}
