import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { BlacklistTab } from './blacklist-tab';
import { DuplicatesTab } from './duplicates-tab';
import { FieldsTab } from './fields-tab';
import { RunsTab } from './runs-tab';
import { useT } from './strings';

/** What the company keeps of its customers: fields, blacklist, records of the same person. */
export default function ProfilePage() {
  const t = useT();
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'fields', label: t('tab.fields'), content: <FieldsTab /> },
          { key: 'blacklist', label: t('tab.blacklist'), content: <BlacklistTab /> },
          { key: 'duplicates', label: t('tab.duplicates'), content: <DuplicatesTab /> },
          { key: 'runs', label: t('tab.runs'), content: <RunsTab /> },
        ]}
      />
    </Page>
  );
}
