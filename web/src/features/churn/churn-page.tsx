import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { DeletionSetting } from './deletion-setting';
import { Endings } from './endings';
import { Hints } from './hints';
import { LossNotice } from './loss-notice';
import { useT } from './strings';
import './churn.css';

/** Every time a follow ended: by the customer, by the member, or by a hand-over. */
export default function ChurnPage() {
  const t = useT();
  const can = useCan();
  const tab = useUrlFilters('tab').one('tab') ?? 'losses';
  useLive('churn', [['churn']]);
  useLive('notice', [['churn', 'list']]);
  if (!can('churn.deletions')) {
    return (
      <Page title={t('title')} meaning={t('meaning')} actions={<LossNotice />}>
        <Endings kind="lost" />
      </Page>
    );
  }
  const deletions = tab === 'deletions';
  return (
    <Page
      title={t('title')}
      meaning={t(deletions ? 'deletions.meaning' : 'meaning')}
      actions={deletions ? <DeletionSetting /> : <LossNotice />}
    >
      <Hints />
      <Tabs
        items={[
          { key: 'losses', label: t('losses'), content: <Endings kind="lost" /> },
          { key: 'deletions', label: t('deletions'), content: <Endings kind="deleted" /> },
        ]}
      />
    </Page>
  );
}
