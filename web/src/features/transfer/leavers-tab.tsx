import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { TimeText } from '@/parts/TimeText';
import { Refresh } from './refresh';
import { useT } from './strings';
import type { Leaver } from './words';

/** Members who left, with what nobody took over. */
export function LeaversTab() {
  const t = useT();
  const can = useCan();
  const filters = useUrlFilters('q', 'department', 'left');
  const query = {
    q: filters.one('q'),
    department: filters.one('department') ? Number(filters.one('department')) : undefined,
    state: filters.one('left') === 'all' ? ('all' as const) : ('open' as const),
  };
  const columns: Column<Leaver>[] = [
    {
      key: 'member',
      title: t('member'),
      fixed: true,
      width: 220,
      render: (row) => (
        <MemberTag name={row.name} avatar={row.avatar} department={row.department || undefined} left />
      ),
    },
    {
      key: 'left',
      title: t('leftAt'),
      width: 150,
      render: (row) => <TimeText at={Date.parse(row.leftAt)} show="day" />,
    },
    {
      key: 'customers',
      title: t('unassigned.customers'),
      hint: t('unassigned.customers.hint'),
      width: 130,
      align: 'right',
      render: (row) => <NumberText value={row.customers} />,
    },
    {
      key: 'groups',
      title: t('unassigned.groups'),
      width: 130,
      align: 'right',
      render: (row) => <NumberText value={row.groups} />,
    },
    {
      key: 'moving',
      title: t('onTheWay'),
      hint: t('onTheWay.hint'),
      width: 120,
      align: 'right',
      render: (row) => (row.onTheWay > 0 ? <NumberText value={row.onTheWay} /> : '–'),
    },
    {
      key: 'act',
      title: t('act'),
      width: 110,
      render: (row) =>
        can('transfer.write') ? (
          <Button
            look="link"
            to={`/transfer/new?from=${encodeURIComponent(row.member)}`}
            disabled={row.customers + row.groups === 0}
          >
            {t('distribute')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('leavers.search') }}
        items={[
          { key: 'department', label: t('department'), kind: 'department', multiple: false },
          {
            key: 'left',
            label: t('leavers.show'),
            kind: 'choice',
            options: [{ value: 'all', label: t('leavers.all') }],
          },
        ]}
      />
      <DataTable<Leaver>
        id="transfer.leavers"
        label={t('leavers')}
        columns={columns}
        rowKey={(row) => row.member}
        queryKey={['transfer', 'leavers', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/transfer/leavers', { params: { query: { ...query, after, limit } }, signal }))
        }
        count={(signal) => ok(api.GET('/api/transfer/leavers/count', { params: { query }, signal }))}
        filters={filters}
        empty={{ title: t('leavers.empty'), hint: t('leavers.empty.hint') }}
        tools={<Refresh />}
      />
    </>
  );
}
