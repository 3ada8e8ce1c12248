import type { ReactNode } from 'react';
import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Requests } from './requests';
import { useT } from './strings';
import { Terms } from './terms';

/** What persons asked for about their data, and for how long what is kept. */
export default function PrivacyPage() {
  const t = useT();
  const tab = useUrlFilters('tab').one('tab') ?? 'requests';
  useLive('privacy', [['privacy']]);
  const only = (key: string, content: ReactNode) => (tab === key ? content : null);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'requests', label: t('requests'), content: only('requests', <Requests />) },
          { key: 'terms', label: t('terms'), content: only('terms', <Terms />) },
        ]}
      />
    </Page>
  );
}
