import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu } from '@/parts/Button';
import { CustomerCard } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { Page } from '@/parts/Page';
import { Labels, StateBadge, type Tone } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { NoticeSwitch } from './notice-switch';
import { useT } from './strings';

type Loss = components['schemas']['ChurnView'];

const noticeTone: Record<Loss['notice'], Tone> = {
  off: 'quiet',
  waiting: 'busy',
  sent: 'good',
  failed: 'bad',
};

/** Every time a customer deleted a member, the newest first. */
export default function ChurnPage() {
  const t = useT();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters('q', 'member', 'department', 'lost', 'state', 'company');
  useLive('churn', [['churn']]);

  const period = periodInstants(filters.one('lost'), zone, now);
  const query = {
    q: filters.one('q'),
    member: some(filters.many('member')),
    department: some(filters.many('department'))?.map(Number),
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
    state: filters.one('state') as 'lost' | 'returned' | undefined,
    company: filters.one('company') === 'yes' || undefined,
  };

  const columns: Column<Loss>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 210,
      render: (row) => {
        const card = (
          <CustomerCard
            customer={{
              name: row.name || t('nameless'),
              kind: row.type === 1 ? 'wechat' : undefined,
              remark: row.remark && row.remark !== row.name ? row.remark : undefined,
            }}
          />
        );
        return row.customerId ? <Link to={`/customer/${row.customerId}`}>{card}</Link> : card;
      },
    },
    {
      key: 'member',
      title: t('member'),
      width: 150,
      render: (row) => <MemberTag name={row.memberName} department={row.department || undefined} />,
    },
    {
      key: 'tags',
      title: t('tags'),
      hint: t('tags.hint'),
      width: 150,
      render: (row) => <Labels texts={[...new Set(row.tags)]} limit={2} />,
    },
    {
      key: 'added',
      title: t('added'),
      width: 140,
      optional: true,
      render: (row) => (row.addedAt ? <TimeText at={Date.parse(row.addedAt)} /> : '–'),
    },
    {
      key: 'lost',
      title: t('lost'),
      hint: t('lost.hint'),
      width: 140,
      render: (row) => (
        <>
          <TimeText at={Date.parse(row.lostAt)} />
          {row.unknown && <div className="q-faint">{t('unknown')}</div>}
        </>
      ),
    },
    {
      key: 'days',
      title: t('days'),
      hint: t('days.hint'),
      width: 90,
      render: (row) => (row.daysKept >= 0 ? t('days.n', { n: row.daysKept }) : '–'),
    },
    {
      key: 'state',
      title: t('state'),
      width: 130,
      render: (row) =>
        row.returnedAt ? (
          <StateBadge tone="good">{t('state.returned')}</StateBadge>
        ) : (
          <StateBadge tone="bad" hint={row.company ? t('company.hint') : undefined}>
            {t(row.company ? 'state.company' : 'state.lost')}
          </StateBadge>
        ),
    },
    {
      key: 'notice',
      title: t('notice'),
      hint: t('notice.hint'),
      width: 110,
      render: (row) => {
        const badge = <StateBadge tone={noticeTone[row.notice]}>{t(`notice.${row.notice}`)}</StateBadge>;
        return row.reason ? <Hint text={row.reason}>{badge}</Hint> : badge;
      },
    },
  ];

  return (
    <Page title={t('title')} meaning={t('meaning')} actions={<NoticeSwitch />}>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="churn.list"
        items={[
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          { key: 'lost', label: t('lost'), kind: 'period' },
          {
            key: 'state',
            label: t('state'),
            kind: 'choice',
            options: (['lost', 'returned'] as const).map((s) => ({ value: s, label: t(`state.${s}`) })),
          },
          {
            key: 'company',
            label: t('company'),
            kind: 'choice',
            options: [{ value: 'yes', label: t('company.yes') }],
          },
        ]}
      />
      <DataTable<Loss>
        id="churn.list"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['churn', 'list', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/churn/losses', { params: { query: { ...query, after, limit } }, signal }))
        }
        count={(signal) => ok(api.GET('/api/churn/losses/count', { params: { query }, signal }))}
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint') }}
        tools={
          can('churn.export') && (
            <ActionMenu
              label={t('export')}
              actions={(['xlsx', 'csv'] as const).map((kind) => ({
                key: kind,
                label: t(`export.${kind}`),
                icon: 'download',
                onClick: () => window.location.assign(`/api/churn/losses.${kind}?${exportQuery(query)}`),
              }))}
            >
              {t('export')}
            </ActionMenu>
          )
        }
      />
    </Page>
  );
}

function exportQuery(query: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) params.append(key, String(one));
    }
  }
  return params.toString();
}

function some(values: string[]): string[] | undefined {
  return values.length > 0 ? values : undefined;
}
