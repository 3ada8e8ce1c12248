import { Page } from '@/parts/Page';
import { Notice, Tabs } from '@/parts/Tabs';
import { Hosts } from './hosts';
import { Permits } from './permits';
import { useT } from './strings';

/** Whom the program calls, and whom it may call: nothing is sent home. */
export default function NetworkPage() {
  const t = useT();
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Notice tone="info" title={t('hosts.note')} />
      <Tabs
        items={[
          { key: 'hosts', label: t('hosts'), content: <Hosts /> },
          { key: 'permits', label: t('permits'), content: <Permits /> },
        ]}
      />
    </Page>
  );
}
