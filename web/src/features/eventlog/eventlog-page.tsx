import type { ReactNode } from 'react';
import { useMe } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
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
  const tab = useUrlFilters('tab').one('tab') ?? 'callbacks';
  const whole = reach === 'all';
  // Only the shown tab lives: each has a list with a drawer, and all drawers share one key of the address.
  const only = (key: string, content: ReactNode) => (tab === key ? content : null);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      {whole ? (
        <Tabs
          items={[
            { key: 'callbacks', label: t('callbacks'), content: only('callbacks', <Callbacks />) },
            { key: 'jobs', label: t('jobs'), content: only('jobs', <Jobs />) },
            { key: 'calls', label: t('calls'), content: only('calls', <Calls />) },
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
