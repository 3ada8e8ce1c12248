import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useUrlFilters } from '@/lib/url-filters';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { Icon } from '@/parts/Icon';
import { Label, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { progress, states, type Transfer, together, tones, total } from './words';

/** Hand-overs, the newest first. */
export function RecordsTab() {
  const t = useT();
  const filters = useUrlFilters('member', 'progress');
  const query = {
    member: filters.one('member'),
    state: filters.one('progress') as 'open' | 'failed' | undefined,
  };
  const columns: Column<Transfer>[] = [
    {
      key: 'members',
      title: t('fromTo'),
      fixed: true,
      width: 300,
      render: (row) => (
        <Link to={`/transfer/records/${row.id}`} className="transfer-pair">
          <People people={row.from} /> <Icon name="right" /> <People people={row.to} />
        </Link>
      ),
    },
    {
      key: 'how',
      title: t('how'),
      width: 100,
      render: (row) => <Label>{t(row.resigned ? 'resigned' : 'onJob')}</Label>,
    },
    {
      key: 'what',
      title: t('what'),
      width: 190,
      render: (row) => t('what.n', { customers: total(row.customers), groups: total(row.groups) }),
    },
    { key: 'state', title: t('state'), width: 290, render: (row) => <Standing transfer={row} /> },
    { key: 'by', title: t('by'), width: 120, optional: true, render: (row) => row.by },
    {
      key: 'at',
      title: t('createdAt'),
      width: 140,
      render: (row) => <TimeText at={Date.parse(row.createdAt)} />,
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        items={[
          { key: 'member', label: t('anyMember'), kind: 'member', multiple: false },
          {
            key: 'progress',
            label: t('state'),
            kind: 'choice',
            options: (['open', 'failed'] as const).map((value) => ({ value, label: t(`records.${value}`) })),
          },
        ]}
      />
      <DataTable<Transfer>
        id="transfer.records"
        label={t('records')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['transfer', 'records', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/transfer/transfers', { params: { query: { ...query, after, limit } }, signal }))
        }
        filters={filters}
        empty={{ title: t('records.empty'), hint: t('records.empty.hint') }}
      />
    </>
  );
}

function People({ people }: { people: readonly { member: string; name: string }[] }) {
  const t = useT();
  const [first, ...others] = people;
  if (!first) return <>–</>;
  if (others.length < 2) return <>{people.map((p) => p.name).join(t('comma'))}</>;
  return (
    <Hint text={people.map((p) => p.name).join(t('comma'))}>
      {t('andMore', { name: first.name, n: people.length })}
    </Hint>
  );
}

/** How many are in each state. */
export function Standing({ transfer }: { transfer: Transfer }) {
  const t = useT();
  const because = useBecause('transfer');
  const sum = together(transfer);
  const { done, total: all } = progress(transfer);
  return (
    <span className="transfer-standing">
      {states
        .filter((state) => sum[state])
        .map((state) => (
          <StateBadge key={state} tone={tones[state]}>
            {t('state.n', { state: t(`state.${state}`), n: sum[state] ?? 0 })}
          </StateBadge>
        ))}
      {done < all && transfer.problem && (
        <Hint text={because(transfer.problem)}>
          <Icon name="warning" /> {t('problem')}
        </Hint>
      )}
    </span>
  );
}
