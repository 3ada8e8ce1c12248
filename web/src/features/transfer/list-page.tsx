import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { ItemsTable } from './items-table';
import { LeaversTab } from './leavers-tab';
import { RecordsTab } from './records-tab';
import { useT } from './strings';
import './transfer.css';

/** Leavers with what they left, hand-overs, and what became of each customer and group. */
export default function ListPage() {
  const t = useT();
  const can = useCan();
  useLive('transfer', [['transfer']]);
  return (
    <Page
      title={t('title')}
      meaning={t('meaning')}
      actions={
        can('transfer.write') && (
          <Button look="primary" icon="reach" to="/transfer/new">
            {t('new')}
          </Button>
        )
      }
    >
      <Tabs
        items={[
          { key: 'leavers', label: t('leavers'), content: <LeaversTab /> },
          { key: 'records', label: t('records'), content: <RecordsTab /> },
          { key: 'items', label: t('items'), content: <ItemsTable id="transfer.items" /> },
        ]}
      />
    </Page>
  );
}
