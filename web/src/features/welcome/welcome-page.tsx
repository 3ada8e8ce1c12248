import type { ReactNode } from 'react';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Deliveries } from './deliveries';
import { Greetings } from './greetings';
import { useT } from './strings';

/** What new customers are greeted with, and what became of each greeting. */
export default function WelcomePage() {
  const t = useT();
  const tab = useUrlFilters('tab').one('tab') ?? 'greetings';
  // Only the shown tab lives: each has a list with a drawer, and all drawers share one key of the address.
  const only = (key: string, content: ReactNode) => (tab === key ? content : null);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'greetings', label: t('greetings'), content: only('greetings', <Greetings />) },
          { key: 'deliveries', label: t('deliveries'), content: only('deliveries', <Deliveries />) },
        ]}
      />
    </Page>
  );
}
