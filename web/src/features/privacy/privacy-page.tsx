import { useLive } from '@/lib/live';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Requests } from './requests';
import { useT } from './strings';
import { Terms } from './terms';

/** What persons asked for about their data, and for how long what is kept. */
export default function PrivacyPage() {
  const t = useT();
  useLive('privacy', [['privacy']]);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'requests', label: t('requests'), content: <Requests /> },
          { key: 'terms', label: t('terms'), content: <Terms /> },
        ]}
      />
    </Page>
  );
}
