import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { useSync } from '@/parts/sync';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import './customer.css';

/** Reads everything from WeCom anew; shows how far it is and when it last ended. */
export function SyncButton({ primary }: { primary?: boolean }) {
  const t = useT();
  const can = useCan();
  const { done } = useFeedback();
  const { running, lastDone, start } = useSync();
  return (
    <>
      {running ? (
        <span className="customer-sync q-faint">
          {t(`sync.stage.${running.stage as 'contacts'}`)} {t('sync.rows', { n: running.done })}
        </span>
      ) : (
        lastDone > 0 && (
          <span className="customer-sync q-faint">
            {t('sync.last')} <TimeText at={lastDone} />
          </span>
        )
      )}
      {can('mirror.sync') && (
        <Button
          icon="reload"
          look={primary ? 'primary' : 'default'}
          disabled={running !== undefined}
          hint={t('sync.hint')}
          onClick={() => start().then(() => done(t('sync.begun')))}
        >
          {running ? t('sync.running') : t('sync')}
        </Button>
      )}
    </>
  );
}
