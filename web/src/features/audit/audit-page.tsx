import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { stringifySearch } from '@/lib/search-params';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { Page } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { ChainCard } from './chain-card';
import { Detail } from './detail';
import { useT } from './strings';
import {
  type Chain,
  type Entry,
  outcomes,
  outcomeTone,
  useFeatureName,
  useKindName,
  useOperationName,
} from './words';
import './audit.css';

/** Who did what, when, from where and how it changed things; and the proof that nobody touched the record. */
export default function AuditPage() {
  const t = useT();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const operationName = useOperationName();
  const kindName = useKindName();
  const filters = useUrlFilters('q', 'member', 'operation', 'outcome', 'object', 'address', 'at', 'chain');
  const place = useUrlFilters('object', 'open');
  const chain: Chain = filters.one('chain') === 'installation' ? 'installation' : 'corp';
  const status = useQuery({
    queryKey: ['audit', 'status', chain],
    queryFn: ({ signal }) => ok(api.GET('/api/audit/status', { params: { query: { chain } }, signal })),
  });
  const operations = useOperations(chain);

  const period = periodInstants(filters.one('at'), zone, now);
  const query = {
    q: filters.one('q'),
    member: filters.one('member'),
    operation: filters.one('operation'),
    outcome: filters.one('outcome') as Entry['outcome'] | undefined,
    object: filters.one('object'),
    address: filters.one('address'),
    from: period?.from,
    to: period?.to,
    chain: chain === 'installation' ? chain : undefined,
  };

  const columns: Column<Entry>[] = [
    {
      key: 'at',
      title: t('at'),
      fixed: true,
      width: 160,
      render: (row) => <TimeText at={row.at} show="seconds" />,
    },
    { key: 'actor', title: t('actor'), width: 140, render: (row) => <Actor row={row} /> },
    {
      key: 'operation',
      title: t('operation'),
      render: (row) => <span className="audit-object">{operationName(row.operation, row.summary)}</span>,
    },
    {
      key: 'object',
      title: t('object'),
      hint: t('object.hint'),
      render: (row) =>
        row.object ? (
          <span className="audit-object">
            <span className="audit-name" title={row.objectName}>
              {row.objectName || kindName(row.object)}
            </span>
            {row.objectName && <span className="q-faint">{kindName(row.object)}</span>}
          </span>
        ) : (
          <span className="q-faint">–</span>
        ),
    },
    {
      key: 'outcome',
      title: t('outcome'),
      width: 95,
      render: (row) => (
        <StateBadge
          tone={outcomeTone[row.outcome]}
          hint={row.code ? t('code.is', { code: row.code }) : undefined}
        >
          {t(`outcome.${row.outcome}`)}
        </StateBadge>
      ),
    },
    { key: 'address', title: t('address'), width: 120, render: (row) => row.address || '–' },
    { key: 'device', title: t('device'), width: 135, render: (row) => row.device || '–' },
    {
      key: 'seq',
      title: t('seq'),
      hint: t('seq.hint'),
      width: 90,
      align: 'right',
      optional: true,
      render: (row) => <span className="q-num">{row.seq}</span>,
    },
  ];

  return (
    <Page
      title={t('title')}
      meaning={t('meaning')}
      actions={
        status.data?.installation && (
          <Switcher<Chain>
            value={chain}
            label={t('chain')}
            onChange={(next) => filters.patch({ chain: next === 'installation' ? next : undefined })}
            options={(['corp', 'installation'] as const).map((value) => ({
              value,
              label: t(`chain.${value}`),
            }))}
          />
        )
      }
    >
      <ChainCard chain={chain} status={status} />
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="audit.list"
        items={[
          { key: 'member', label: t('actor'), kind: 'member', multiple: false },
          { key: 'operation', label: t('area'), kind: 'choice', options: operations },
          {
            key: 'outcome',
            label: t('outcome'),
            kind: 'choice',
            options: outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })),
          },
          { key: 'at', label: t('at'), kind: 'period' },
          { key: 'object', label: t('object'), kind: 'text', placeholder: t('object.placeholder') },
          { key: 'address', label: t('address'), kind: 'text', placeholder: '203.0.113.7' },
        ]}
      />
      <DataTable<Entry>
        id="audit.list"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['audit', 'list', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/audit/entries', { params: { query: { ...query, after, limit } }, signal }))
        }
        count={(signal) => ok(api.GET('/api/audit/entries/count', { params: { query }, signal }))}
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint') }}
        drawerWidth={760}
        drawer={(id, row) => ({
          title: row ? operationName(row.operation, row.summary) : t('entry'),
          content: (
            <Detail id={id} chain={chain} onObject={(object) => place.patch({ object, open: undefined })} />
          ),
        })}
        tools={
          can('audit.export') && (
            <ActionMenu
              label={t('export')}
              actions={(['xlsx', 'csv'] as const).map((kind) => ({
                key: kind,
                label: t(`export.${kind}`),
                icon: 'download',
                onClick: () => window.location.assign(`/api/audit/entries.${kind}${stringifySearch(query)}`),
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

function Actor({ row }: { row: Entry }) {
  const t = useT();
  if (row.actor === 'system' && row.onBehalf)
    return (
      <MemberTag
        name={t('actor.system')}
        department={t('onBehalf.of', { who: row.actorName || row.onBehalf })}
      />
    );
  if (row.actor === 'system') return <span>{t('actor.system')}</span>;
  if (!row.actor && row.onBehalf)
    return <MemberTag name={t('actor.nobody')} department={t('onBehalf.browser', { who: row.onBehalf })} />;
  if (!row.actor) return <span className="q-faint">{t('actor.nobody')}</span>;
  const kind = row.actor.startsWith('account:')
    ? t('actor.account')
    : row.actor === 'terminal'
      ? t('actor.terminal')
      : undefined;
  return (
    <MemberTag
      name={row.actorName || row.actor}
      department={row.onBehalf ? t('onBehalf.of', { who: row.onBehalf }) : kind}
    />
  );
}

/** The features that have something recorded and what is recorded of each, for the filter. */
function useOperations(chain: Chain) {
  const featureName = useFeatureName();
  const operationName = useOperationName();
  const { data } = useQuery({
    queryKey: ['audit', 'operations', chain],
    queryFn: ({ signal }) => ok(api.GET('/api/audit/operations', { params: { query: { chain } }, signal })),
  });
  const all = data?.items ?? [];
  const slugs = [...new Set(all.map((one) => one.feature))];
  return slugs.flatMap((slug) => [
    { value: slug, label: featureName(slug) },
    ...all
      .filter((one) => one.feature === slug)
      .map((one) => ({
        value: one.operation,
        label: `${featureName(slug)} · ${operationName(one.operation, one.summary)}`,
      })),
  ]);
}
