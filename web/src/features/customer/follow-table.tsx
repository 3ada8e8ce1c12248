import type { ReactNode } from 'react';
import { api, ok } from '@/api/client';
import { useCustomerActions } from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import type { Rule } from '@/lib/rule';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
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
import { type FollowRow, standingOf, standingTone, tagNames } from './words';

/** One row a member–customer pair. */
export function FollowTable(props: {
  rule: Rule;
  filters: Filters;
  view: View | undefined;
  tools: ReactNode;
}) {
  const { rule, filters, tools, view } = props;
  const query = queryOf(rule);
  const acts = useCustomerActions('list').length > 0;
  const t = useT();
  const { language, text } = useI18n();

  const more = useMoreColumns<FollowRow>('follow');
  useLive(['follow', 'profile'], [['customer', 'follow']]);

  const own: Column<FollowRow>[] = [
    {
      key: 'name',
      title: t('customer'),
      fixed: true,
      width: 240,
      render: (row) => <CustomerOf row={row} />,
    },
    { key: 'member', title: t('member'), width: 140, render: (row) => <MemberTag name={row.memberName} /> },
    { key: 'tags', title: t('tag'), render: (row) => <Labels texts={tagNames(row.tags)} /> },
    {
      key: 'standing',
      title: t('standing'),
      width: 140,
      render: (row) => {
        const s = standingOf(row.standing);
        return <StateBadge tone={standingTone[s]}>{t(`standing.${s}`)}</StateBadge>;
      },
    },
    {
      key: 'addWay',
      title: t('addWay'),
      width: 140,
      render: (row) =>
        text(`customer.addWay.${row.addWay}`, undefined, t('addWay.other', { code: row.addWay })),
    },
    { key: 'added', title: t('added'), width: 140, render: (row) => <MaybeTime at={row.addedAt} /> },
    {
      key: 'ended',
      title: t('endedAt'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.endedAt} />,
    },
    {
      key: 'company',
      title: t('remarkCompany'),
      width: 160,
      optional: true,
      render: (row) => row.company || '–',
    },
    {
      key: 'description',
      title: t('description'),
      width: 220,
      optional: true,
      render: (row) => row.description || '–',
    },
    {
      key: 'mobiles',
      title: t('mobiles'),
      width: 150,
      optional: true,
      render: (row) => row.mobiles.join(t('comma')) || '–',
    },
  ];
  const columns = [...own, ...more];

  return (
    <DataTable<FollowRow>
      id={tableName('follow', view)}
      start={view && looksOf(view.content).columns?.follow}
      label={t('title')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={['customer', 'follow', query, language]}
      load={({ after, limit, columns: column, signal }) =>
        ok(
          api.GET('/api/customer/follows', {
            params: { query: { ...query, after, limit, column, english: language === 'en' } },
            signal,
          }),
        )
      }
      count={(signal) => ok(api.GET('/api/customer/follows/count', { params: { query }, signal }))}
      filters={filters}
      tools={tools}
      bulk={
        acts
          ? (selection, clear) => (
              <CustomerActions
                on="list"
                selection={selectionOf(selection, 'follow', rule)}
                level="follow"
                count={selection.count}
                more={selection.all}
                onDone={clear}
              />
            )
          : undefined
      }
      empty={{ title: t('empty'), hint: t('empty.hint'), action: <SyncButton primary /> }}
      drawer={(_, row) => ({
        title: row?.name || t('detail'),
        href: row && `/customer/${row.customerId}`,
        content: row ? <CustomerFacts id={row.customerId} /> : null,
      })}
      drawerWidth={640}
    />
  );
}
