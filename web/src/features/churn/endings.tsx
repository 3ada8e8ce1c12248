import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { ExportButton } from '@/parts/ExportButton';
import { Hint } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { FiguresView } from './figures';
import { useChurnQuery } from './query';
import { useT } from './strings';
import { addWays, type Ending, type Kind, noticeTone, useChannelName } from './words';

/** The endings of a kind: as a list or in figures, by the same filters. */
export function Endings({ kind }: { kind: Kind }) {
  const t = useT();
  const { text } = useI18n();
  const { filters, query } = useChurnQuery(kind);
  const place = useUrlFilters('view', 'handed');
  const figures = place.one('view') === 'figures';
  const handed = kind === 'deleted' && place.one('handed') === 'yes';
  const channels = useQuery({
    queryKey: ['churn', 'channels'],
    queryFn: ({ signal }) => ok(api.GET('/api/churn/channels', { signal })),
  });
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey={kind === 'lost' ? 'churn.lost' : 'churn.deleted'}
        items={[
          { key: kind, label: t(`ended.${kind}`), kind: 'period' },
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          { key: 'tag', label: t(`tags.${kind}`), kind: 'tag', modeKey: 'tagMode' },
          {
            key: 'channel',
            label: t('channel'),
            kind: 'choice',
            multiple: true,
            options: channels.data?.items.map(({ state, name }) => ({ value: state, label: name })) ?? [],
          },
          {
            key: 'addWay',
            label: t('addWay'),
            kind: 'choice',
            multiple: true,
            options: addWays.map((code) => ({
              value: String(code),
              label: text(`customer.addWay.${code}`, undefined, t('addWay.other', { code })),
            })),
          },
          {
            key: 'state',
            label: t('state'),
            kind: 'choice',
            options: [
              { value: 'lost', label: t(`state.${kind}`) },
              { value: 'returned', label: t('state.returned') },
            ],
          },
          {
            key: 'company',
            label: t('company'),
            kind: 'choice',
            options: [{ value: 'yes', label: t('company.yes') }],
          },
        ]}
      >
        {kind === 'deleted' && (
          <Switcher<'no' | 'yes'>
            value={handed ? 'yes' : 'no'}
            label={t('handed')}
            onChange={(value) => place.patch({ handed: value === 'yes' ? 'yes' : undefined })}
            options={[
              { value: 'no', label: t('handed.no') },
              { value: 'yes', label: t('handed.yes') },
            ]}
          />
        )}
        <Switcher<'list' | 'figures'>
          value={figures ? 'figures' : 'list'}
          label={t('view')}
          onChange={(value) => place.patch({ view: value === 'figures' ? 'figures' : undefined })}
          options={[
            { value: 'list', label: t('view.list') },
            { value: 'figures', label: t('view.figures') },
          ]}
        />
      </FilterBar>
      {figures ? (
        <FiguresView kind={kind} handed={handed} query={query} />
      ) : (
        <List kind={kind} handed={handed} />
      )}
    </>
  );
}

function List({ kind, handed }: { kind: Kind; handed: boolean }) {
  const t = useT();
  const can = useCan();
  const { filters, query } = useChurnQuery(kind);
  const columns = useColumns(kind, handed);
  const all = { ...query, handed: handed || undefined };
  return (
    <DataTable<Ending>
      id={`churn.${kind}`}
      label={t(kind === 'lost' ? 'losses' : 'deletions')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={['churn', 'list', kind, all]}
      load={({ after, limit, signal }) =>
        kind === 'lost'
          ? ok(api.GET('/api/churn/losses', { params: { query: { ...query, after, limit } }, signal }))
          : ok(api.GET('/api/churn/deletions', { params: { query: { ...all, after, limit } }, signal }))
      }
      count={(signal) =>
        kind === 'lost'
          ? ok(api.GET('/api/churn/losses/count', { params: { query }, signal }))
          : ok(api.GET('/api/churn/deletions/count', { params: { query: all }, signal }))
      }
      filters={filters}
      empty={{
        title: t(handed ? 'handed.empty' : `empty.${kind}`),
        hint: t(handed ? 'handed.empty.hint' : `empty.${kind}.hint`),
      }}
      tools={
        can('churn.export') && (
          <ExportButton
            size="small"
            list={kind === 'lost' ? 'churn.losses' : 'churn.deletions'}
            filter={all}
          />
        )
      }
    />
  );
}

function useColumns(kind: Kind, handed: boolean): Column<Ending>[] {
  const t = useT();
  const because = useBecause('notice');
  const channelName = useChannelName();
  const columns: Column<Ending>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 200,
      render: (row) => (
        <CustomerOf
          row={{ name: row.name, avatar: row.avatar, type: row.type, remark: row.remark }}
          id={row.customerId}
        />
      ),
    },
    {
      key: 'member',
      title: t(kind === 'deleted' && !handed ? 'member.deleted' : 'member'),
      width: 140,
      render: (row) => <MemberTag name={row.memberName} department={row.department || undefined} />,
    },
    {
      key: 'tags',
      title: t(`tags.${kind}`),
      hint: t('tags.hint'),
      width: 140,
      render: (row) => <Labels texts={[...new Set(row.tags)]} limit={2} />,
    },
    {
      key: 'channel',
      title: t('channel'),
      hint: t('channel.hint'),
      width: 135,
      optional: true,
      render: (row) => <span className="q-ellipsis">{channelName(row)}</span>,
    },
    {
      key: 'added',
      title: t('added'),
      width: 130,
      optional: true,
      render: (row) => (row.addedAt ? <TimeText at={Date.parse(row.addedAt)} /> : '–'),
    },
    {
      key: 'ended',
      title: t(handed ? 'handed.at' : `ended.${kind}`),
      hint: kind === 'lost' ? t('ended.hint') : undefined,
      width: 120,
      render: (row) => (
        <>
          <TimeText at={Date.parse(row.endedAt)} />
          {row.unknown && <div className="q-faint">{t('unknown')}</div>}
        </>
      ),
    },
    {
      key: 'days',
      title: t('days'),
      hint: t('days.hint'),
      width: 85,
      render: (row) => (row.daysKept >= 0 ? t('days.n', { n: row.daysKept }) : '–'),
    },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      render: (row) => <State row={row} kind={kind} handed={handed} />,
    },
  ];
  if (handed) return columns;
  return [
    ...columns,
    {
      key: 'notice',
      title: t(`notice.of.${kind}`),
      hint: t(`notice.of.${kind}.hint`),
      width: 105,
      render: (row) => {
        if (row.notice === 'past') return '–';
        const badge = <StateBadge tone={noticeTone[row.notice]}>{t(`notice.${row.notice}`)}</StateBadge>;
        return row.reason ? <Hint text={because(row.reason)}>{badge}</Hint> : badge;
      },
    },
  ];
}

function State({ row, kind, handed }: { row: Ending; kind: Kind; handed: boolean }) {
  const t = useT();
  if (row.returnedAt) return <StateBadge tone="good">{t('state.returned')}</StateBadge>;
  if (handed) return <StateBadge tone="quiet">{t('state.handed')}</StateBadge>;
  return (
    <StateBadge tone="bad" hint={row.company ? t('company.hint') : undefined}>
      {t(row.company ? 'state.company' : `state.${kind}`)}
    </StateBadge>
  );
}
