import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

type Row = components['schemas']['ProfileBlackRow'];

/** Who stands on the blacklist, why, and since when. */
export function BlacklistTab() {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  useLive('profile', [['profile', 'blacklist']]);
  const free = (row: Row) =>
    confirm({
      title: t('blacklist.remove.title', { name: row.name || t('nameless') }),
      action: t('blacklist.remove'),
      onConfirm: async () => {
        await ok(api.DELETE('/api/profile/customers/{id}/blacklist', { params: { path: { id: row.id } } }));
        done(t('blacklist.removed'));
        await client.invalidateQueries({ queryKey: ['profile'] });
      },
    });
  const columns: Column<Row>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 240,
      render: (row) => <CustomerOf row={row} id={row.id} />,
    },
    { key: 'reason', title: t('reason'), render: (row) => row.reason },
    { key: 'by', title: t('by'), width: 140, render: (row) => row.by },
    { key: 'at', title: t('at'), width: 150, render: (row) => <TimeText at={row.at} /> },
    ...(can('profile.blacklist')
      ? [
          {
            key: 'act',
            title: t('actions'),
            width: 170,
            render: (row: Row) => (
              <Button size="small" look="link" onClick={() => free(row)}>
                {t('blacklist.remove')}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('blacklist.meaning')} />
      <DataTable<Row>
        id="profile.blacklist"
        label={t('tab.blacklist')}
        columns={columns}
        rowKey={(row) => row.customer}
        queryKey={['profile', 'blacklist']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/profile/blacklist', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('blacklist.empty'), hint: t('blacklist.empty.hint') }}
      />
    </div>
  );
}
