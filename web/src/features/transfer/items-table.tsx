import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable, type Selection } from '@/parts/DataTable';
import { ExportButton } from '@/parts/ExportButton';
import { Hint } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { Icon } from '@/parts/Icon';
import { Label, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Item, type State, states, tones } from './words';

/** Customers and groups with what became of them; of one hand-over, or of all. */
export function ItemsTable(props: {
  id: string;
  transfer?: string;
  bulk?: (selection: Selection, clear: () => void) => React.ReactNode;
}) {
  const t = useT();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters('q', 'is', 'kind', 'who', 'how', 'started');
  const period = periodInstants(filters.one('started'), zone, now);
  const query = {
    transfer: props.transfer,
    q: filters.one('q'),
    state: filters.many('is').length > 0 ? filters.many('is') : undefined,
    kind: filters.one('kind') as 'customer' | 'group' | undefined,
    member: filters.one('who'),
    resigned: filters.one('how') as 'yes' | 'no' | undefined,
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
  };
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('items.search') }}
        items={[
          {
            key: 'is',
            label: t('state'),
            kind: 'choice',
            options: states.map((value) => ({ value, label: t(`state.${value}`) })),
          },
          {
            key: 'kind',
            label: t('kind'),
            kind: 'choice',
            options: (['customer', 'group'] as const).map((value) => ({ value, label: t(`kind.${value}`) })),
          },
          { key: 'who', label: t('anyMember'), kind: 'member', multiple: false },
          {
            key: 'how',
            label: t('how'),
            kind: 'choice',
            options: [
              { value: 'yes', label: t('resigned') },
              { value: 'no', label: t('onJob') },
            ],
          },
          { key: 'started', label: t('createdAt'), kind: 'period' },
        ]}
      />
      <DataTable<Item>
        id={props.id}
        label={t('items')}
        columns={useColumns(props.transfer === undefined)}
        rowKey={(row) => row.id}
        queryKey={['transfer', 'items', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/transfer/items', { params: { query: { ...query, after, limit } }, signal }))
        }
        count={(signal) => ok(api.GET('/api/transfer/items/count', { params: { query }, signal }))}
        filters={filters}
        empty={{ title: t('items.empty'), hint: t('records.empty.hint') }}
        bulk={props.bulk}
        tools={can('transfer.export') && <ExportButton list="transfer.items" filter={query} />}
      />
    </>
  );
}

function useColumns(linked: boolean): Column<Item>[] {
  const t = useT();
  return [
    {
      key: 'name',
      title: t('subject'),
      fixed: true,
      width: 200,
      render: (row) => <Subject item={row} />,
    },
    { key: 'from', title: t('from'), width: 142, render: (row) => row.from.name },
    {
      key: 'to',
      title: t('to'),
      width: 120,
      render: (row) => (
        <>
          {row.to.name} {row.friends && <Label hint={t('friends.hint')}>{t('friends')}</Label>}
        </>
      ),
    },
    {
      key: 'how',
      title: t('how'),
      width: 100,
      optional: true,
      render: (row) => t(row.resigned ? 'resigned' : 'onJob'),
    },
    {
      key: 'state',
      title: t('state'),
      width: 150,
      render: (row) => (
        <>
          <ItemState item={row} />
          {row.state === 'waiting' && row.dueAt && (
            <div className="q-faint">
              <Hint text={t('due.hint')}>
                {t('due')} <TimeText at={Date.parse(row.dueAt)} />
              </Hint>
            </div>
          )}
        </>
      ),
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 250,
      render: (row) => <Reason item={row} />,
    },
    {
      key: 'created',
      title: t('createdAt'),
      width: 120,
      render: (row) =>
        linked ? (
          <Link to={`/transfer/records/${row.transfer}`}>
            <TimeText at={Date.parse(row.createdAt)} />
          </Link>
        ) : (
          <TimeText at={Date.parse(row.createdAt)} />
        ),
    },
    {
      key: 'settled',
      title: t('settledAt'),
      width: 140,
      optional: true,
      render: (row) => (row.settledAt ? <TimeText at={Date.parse(row.settledAt)} /> : '–'),
    },
  ];
}

/** Why it came to nothing. */
function Reason({ item }: { item: Item }) {
  const words = useBecause('transfer')(item.reason);
  return words ? <span className="transfer-reason">{words}</span> : '–';
}

function Subject({ item }: { item: Item }) {
  const t = useT();
  if (item.kind === 'group') {
    return (
      <span className="q-row">
        <Icon name="group" /> {item.name || t('nameless.group')}
      </span>
    );
  }
  return <CustomerOf row={item} id={item.customerId} />;
}

function ItemState({ item }: { item: Item }) {
  const t = useT();
  const state: State = item.state;
  return (
    <>
      <StateBadge tone={tones[state]} hint={t(`state.${state}.hint`)}>
        {t(`state.${state}`)}
      </StateBadge>
      {item.retried && <span className="q-faint"> {t('retried')}</span>}
    </>
  );
}
