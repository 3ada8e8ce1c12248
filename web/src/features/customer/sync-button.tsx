import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import './customer.css';

/** Reads everything from WeCom anew; shows how far it is and when it last ended. */
export function SyncButton({ primary }: { primary?: boolean }) {
  const t = useT();
  const can = useCan();
  const feedback = useFeedback();
  const client = useQueryClient();
  const syncs = useQuery({
    queryKey: ['mirror', 'sync'],
    queryFn: ({ signal }) => ok(api.GET('/api/mirror/sync', { signal })),
  });
  useLive('sync', [['mirror', 'sync']]);
  const start = useMutation({
    mutationFn: () => ok(api.POST('/api/mirror/sync', { body: { scope: 'full' } })),
    onSuccess: () => {
      feedback.done(t('sync.begun'));
      return client.invalidateQueries({ queryKey: ['mirror', 'sync'] });
    },
  });
  const latest = syncs.data?.items[0];
  const running = latest?.state === 'running';
  return (
    <>
      {running ? (
        <span className="customer-sync q-faint">
          {t(`sync.stage.${latest.stage as 'contacts'}`)} {t('sync.rows', { n: latest.done })}
        </span>
      ) : (
        syncs.data?.lastDone !== undefined &&
        syncs.data.lastDone > 0 && (
          <span className="customer-sync q-faint">
            {t('sync.last')} <TimeText at={syncs.data.lastDone} />
          </span>
        )
      )}
      {can('mirror.sync') && (
        <Button
          icon="reload"
          look={primary ? 'primary' : 'default'}
          disabled={running}
          hint={t('sync.hint')}
          onClick={() => start.mutateAsync()}
        >
          {running ? t('sync.running') : t('sync')}
        </Button>
      )}
    </>
  );
}
