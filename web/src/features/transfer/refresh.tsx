import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Hint } from '@/parts/Facts';
import { Icon } from '@/parts/Icon';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

/** When WeCom's list of unassigned customers was read, and the button to read it again. */
export function Refresh() {
  const t = useT();
  const because = useBecause('transfer');
  const can = useCan();
  const client = useQueryClient();
  const reading = useQuery({
    queryKey: ['transfer', 'refresh'],
    queryFn: ({ signal }) => ok(api.GET('/api/transfer/refresh', { signal })),
  });
  const refresh = async () => {
    await ok(api.POST('/api/transfer/refresh'));
    await client.invalidateQueries({ queryKey: ['transfer', 'refresh'] });
  };
  const state = reading.data?.state;
  return (
    <span className="transfer-refresh">
      {state === 'running' && (
        <span className="q-faint">{t('refresh.running', { n: reading.data?.done ?? 0 })}</span>
      )}
      {state === 'done' && reading.data?.finishedAt && (
        <span className="q-faint">
          {t('refresh.done')} <TimeText at={Date.parse(reading.data.finishedAt)} />
        </span>
      )}
      {state === 'never' && <span className="q-faint">{t('refresh.never')}</span>}
      {reading.data?.error && (
        <Hint text={because(reading.data.error)}>
          <Icon name="warning" /> {t('refresh.failed')}
        </Hint>
      )}
      {can('transfer.write') && (
        <Button
          size="small"
          icon="reload"
          busy={state === 'running'}
          onClick={refresh}
          hint={t('refresh.hint')}
        >
          {t('refresh')}
        </Button>
      )}
    </span>
  );
}
