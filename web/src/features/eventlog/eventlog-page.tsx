import { useMe } from '@/lib/me';
import { Page } from '@/parts/Page';
import { Notice, Tabs } from '@/parts/Tabs';
import { Callbacks } from './callbacks';
import { Calls } from './calls';
import { Jobs } from './jobs';
import { useT } from './strings';

/** Why something did or did not happen: what WeCom told us, what we did about it, and which calls it refused. */
export default function EventLogPage() {
  const t = useT();
  const { reach } = useMe();
  const whole = reach === 'all';
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      {whole ? (
        <Tabs
          items={[
            { key: 'callbacks', label: t('callbacks'), content: <Callbacks /> },
            { key: 'jobs', label: t('jobs'), content: <Jobs /> },
            { key: 'calls', label: t('calls'), content: <Calls /> },
          ]}
        />
      ) : (
        <>
          <Notice tone="info" title={t('part')}>
            {t('part.hint')}
          </Notice>
          <Callbacks />
        </>
      )}
    </Page>
  );
}
