import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Deliveries } from './deliveries';
import { Greetings } from './greetings';
import { useT } from './strings';

/** What new customers are greeted with, and what became of each greeting. */
export default function WelcomePage() {
  const t = useT();
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'greetings', label: t('greetings'), content: <Greetings /> },
          { key: 'deliveries', label: t('deliveries'), content: <Deliveries /> },
        ]}
      />
    </Page>
  );
}
