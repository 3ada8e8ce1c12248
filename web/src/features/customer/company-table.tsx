import type { ReactNode } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import type { UrlFilters } from '@/lib/url-filters';
import { CustomerCard } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { MemberTag } from '@/parts/MemberTag';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { CustomerFacts } from './customer-facts';
import { type ListQuery, withTotal } from './list-page';
import { useT } from './strings';
import { SyncButton } from './sync-button';
import { type CustomerRow, faceOf } from './words';

/** One row a customer. */
export function CompanyTable(props: { query: ListQuery; filters: UrlFilters; tools: ReactNode }) {
  const { query, filters, tools } = props;
  const t = useT();
  useLive('customer', [['customer', 'company']]);

  const columns: Column<CustomerRow>[] = [
    {
      key: 'name',
      title: t('customer'),
      fixed: true,
      width: 260,
      render: (row) => (
        <CustomerCard
          customer={faceOf({ ...row, name: row.name || t('nameless'), corpName: row.company, remark: row.members[0]?.remark })}
        />
      ),
    },
    {
      key: 'members',
      title: t('followers'),
      hint: t('followers.hint'),
      render: (row) => {
        const open = row.members.filter((m) => m.standing <= 2);
        if (open.length === 0) return <span className="q-faint">–</span>;
        return (
          <>
            <MemberTag name={open[0]?.name ?? ''} />
            {open.length > 1 && <span className="q-faint"> +{open.length - 1}</span>}
          </>
        );
      },
    },
    { key: 'tags', title: t('tag'), hint: t('tags.hint'), width: 260, render: (row) => <Labels texts={row.tags.map((tag) => tag.name)} /> },
    {
      key: 'state',
      title: t('standing'),
      hint: t('companyState.hint'),
      width: 110,
      render: (row) =>
        row.follows > 0 ? (
          <StateBadge tone="good">{t('companyState.open')}</StateBadge>
        ) : (
          <StateBadge tone="bad">{t('companyState.lost')}</StateBadge>
        ),
    },
    { key: 'added', title: t('firstAdded'), hint: t('firstAdded.hint'), width: 150, render: (row) => <TimeText at={row.addedAt} /> },
    { key: 'lost', title: t('lostAt'), width: 150, optional: true, render: (row) => (row.lostAt ? <TimeText at={row.lostAt} /> : '–') },
    { key: 'external', title: t('externalId'), width: 280, optional: true, render: (row) => <code>{row.customer}</code> },
  ];

  return (
    <DataTable<CustomerRow>
      id="customer.company"
      label={t('title')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={['customer', 'company', query]}
      load={({ after, limit, signal }) =>
        withTotal(
          after === undefined,
          ok(api.GET('/api/customer/customers', { params: { query: { ...query, after, limit } }, signal })),
          () => ok(api.GET('/api/customer/customers/count', { params: { query }, signal })),
        )
      }
      filters={filters}
      tools={tools}
      empty={{ title: t('empty'), hint: t('empty.hint'), action: <SyncButton primary /> }}
      drawer={(id, row) => ({
        title: row?.name || t('detail'),
        href: `/customer/${id}`,
        content: <CustomerFacts id={id} />,
      })}
      drawerWidth={640}
    />
  );
}
