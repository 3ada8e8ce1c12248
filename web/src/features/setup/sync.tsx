import { useEffect, useRef } from 'react';
import { useBecause } from '@/lib/because';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Icon } from '@/parts/Icon';
import { useSync } from '@/parts/sync';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

/** Reads contact book, customers and groups for the first time. */
export function FirstSync(props: { lastSync: number; ready: boolean; onDone: () => void }) {
  const t = useT();
  const because = useBecause('setup');
  const can = useCan();
  const { done } = useFeedback();
  const { known, latest, running, start } = useSync();
  const { onDone } = props;
  // A short sync may be over before it was ever seen running: what counts is that another one is the last.
  const seen = useRef<string>(undefined);
  const state = known ? (running ? 'running' : (latest?.id ?? 'none')) : undefined;
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
          disabled={running !== undefined || !props.ready}
          hint={props.ready ? undefined : t('sync.first')}
          onClick={() => start().then(() => done(t('sync.begun')))}
        >
          {t(running ? 'sync.running' : props.lastSync === 0 ? 'sync.start' : 'sync.again')}
        </Button>
      )}
      {running && <span className="q-faint">{t('sync.rows', { n: running.done })}</span>}
      {latest?.state === 'failed' && (
        <Hint text={because(latest.error)}>
          <Icon name="warning" /> {t('sync.failed')}
        </Hint>
      )}
      {!running && props.lastSync > 0 && (
        <span className="q-faint">
          {t('sync.last')} <TimeText at={props.lastSync} />
        </span>
      )}
    </span>
  );
}
