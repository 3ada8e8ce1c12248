import { api, ok } from '@/api/client';
import { useUrlFilters } from '@/lib/url-filters';
import { CustomerOf } from '@/parts/CustomerCard';
import { DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Change, changeKinds, changeTone } from './words';

/** The customers behind the counters. */
export function Changes({ id }: { id: string }) {
  const t = useT();
  const filters = useUrlFilters('kind');
  const kind = filters.one('kind') as Change['kind'] | undefined;
  return (
    <section className="q-stack" aria-label={t('changes')}>
      <FilterBar
        filters={filters}
        items={[
          {
            key: 'kind',
            label: t('change'),
            kind: 'choice',
            options: changeKinds.map((value) => ({ value, label: t(`change.${value}`) })),
          },
        ]}
      />
      <DataTable<Change>
        id="channelcode.changes"
        label={t('changes')}
        rowKey={(row) => row.id}
        queryKey={['channelcode', 'changes', id, kind]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/channelcode/codes/{id}/changes', {
              params: { path: { id }, query: { kind, after, limit } },
              signal,
            }),
          )
        }
        columns={[
          {
            key: 'customer',
            title: t('customer'),
            fixed: true,
            width: 190,
            render: (row) => (
              <CustomerOf row={{ name: row.customerName, avatar: row.avatar }} id={row.customerId} />
            ),
          },
          {
            key: 'kind',
            title: t('change'),
            width: 160,
            render: (row) => <StateBadge tone={changeTone[row.kind]}>{t(`change.${row.kind}`)}</StateBadge>,
          },
          {
            key: 'member',
            title: t('member'),
            width: 140,
            render: (row) => <MemberTag name={row.memberName || row.member} />,
          },
          { key: 'at', title: t('changed.at'), width: 124, render: (row) => <TimeText at={row.at} /> },
        ]}
        filters={filters}
        empty={{ title: t('changes.none'), hint: t('changes.none.hint') }}
      />
    </section>
  );
}
