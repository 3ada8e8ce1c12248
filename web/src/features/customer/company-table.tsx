import type { ReactNode } from 'react';
import { api, ok } from '@/api/client';
import { useCustomerActions } from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import type { Rule } from '@/lib/rule';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { CustomerActions } from './actions';
import { CustomerFacts } from './customer-facts';
import { MaybeTime } from './maybe-time';
import { useMoreColumns } from './more-columns';
import { type Filters, queryOf, selectionOf } from './query';
import { useT } from './strings';
import { SyncButton } from './sync-button';
import { looksOf, tableName, type View } from './views';
import { type CustomerRow, tagNames } from './words';

/** One row a customer. */
export function CompanyTable(props: {
  rule: Rule;
  filters: Filters;
  view: View | undefined;
  tools: ReactNode;
}) {
  const { rule, filters, tools, view } = props;
  const query = queryOf(rule);
  const acts = useCustomerActions('list').length > 0;
  const t = useT();
  const { language } = useI18n();

  const more = useMoreColumns<CustomerRow>('company');
  useLive(['customer', 'follow', 'profile'], [['customer', 'company']]);

  const own: Column<CustomerRow>[] = [
    {
      key: 'name',
      title: t('customer'),
      fixed: true,
      width: 260,
      render: (row) => <CustomerOf row={{ ...row, remark: row.members[0]?.remark }} />,
    },
    {
      key: 'members',
      title: t('followers'),
      hint: t('followers.hint'),
      width: 220,
      render: (row) => {
        const open = row.members.filter((m) => m.standing <= 2);
        const [first, ...others] = open.length > 0 ? open : row.members;
        if (!first) return <span className="q-faint">–</span>;
        return (
          <span className="customer-members">
            <MemberTag name={first.name} />
            {others.length > 0 && (
              <Hint text={others.map((m) => m.name).join(' · ')}>
                {t('followers.more', { n: others.length })}
              </Hint>
            )}
          </span>
        );
      },
    },
    {
      key: 'tags',
      title: t('tag'),
      hint: t('tags.hint'),
      render: (row) => <Labels texts={tagNames(row.tags)} />,
    },
    {
      key: 'state',
      title: t('standing'),
      hint: t('companyState.hint'),
      width: 130,
      render: (row) => {
        const open = row.members.filter((m) => m.standing <= 2);
        if (open.length === 0) return <StateBadge tone="bad">{t('companyState.lost')}</StateBadge>;
        return open.every((m) => m.standing === 2) ? (
          <StateBadge tone="busy">{t('standing.half')}</StateBadge>
        ) : (
          <StateBadge tone="good">{t('companyState.open')}</StateBadge>
        );
      },
    },
    {
      key: 'newest',
      title: t('newest'),
      hint: t('newest.hint'),
      width: 150,
      render: (row) => <MaybeTime at={row.newestAt} />,
    },
    {
      key: 'added',
      title: t('firstAdded'),
      hint: t('firstAdded.hint'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.addedAt} />,
    },
    {
      key: 'lost',
      title: t('lostAt'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.lostAt} />,
    },
    {
      key: 'external',
      title: t('externalId'),
      width: 280,
      optional: true,
      render: (row) => <code>{row.customer}</code>,
    },
  ];
  const columns = [...own, ...more];

  return (
    <DataTable<CustomerRow>
      id={tableName('company', view)}
      start={view && looksOf(view.content).columns?.company}
      label={t('title')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={['customer', 'company', query, language]}
      load={({ after, limit, columns: column, signal }) =>
        ok(
          api.GET('/api/customer/customers', {
            params: { query: { ...query, after, limit, column, english: language === 'en' } },
            signal,
          }),
        )
      }
      count={(signal) => ok(api.GET('/api/customer/customers/count', { params: { query }, signal }))}
      filters={filters}
      tools={tools}
      bulk={
        acts
          ? (selection, clear) => (
              <CustomerActions
                on="list"
                selection={selectionOf(selection, 'company', rule)}
                level="customer"
                count={selection.count}
                more={selection.all}
                onDone={clear}
              />
            )
          : undefined
      }
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
