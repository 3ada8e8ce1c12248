import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { type Column, DataTable } from '@/parts/DataTable';
import { Facts } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Delivery, outcomes, outcomeTone, tookText } from './words';
import './welcome.css';

/** What became of every greeting code, the newest first. */
export function Deliveries() {
  const t = useT();
  const because = useBecause('welcome');
  const filters = useUrlFilters('outcome', 'member');
  useLive('welcome', [['welcome', 'deliveries']]);
  const query = {
    outcome: filters.one('outcome') as Delivery['outcome'] | undefined,
    member: filters.one('member'),
  };
  const columns: Column<Delivery>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 140,
      render: (row) => <Customer delivery={row} />,
    },
    {
      key: 'member',
      title: t('member'),
      width: 130,
      render: (row) => <MemberTag name={row.memberName || row.member} />,
    },
    { key: 'outcome', title: t('outcome'), width: 110, render: (row) => <OutcomeBadge delivery={row} /> },
    {
      key: 'source',
      title: t('source'),
      hint: t('source.hint'),
      width: 150,
      render: (row) => <Whose delivery={row} />,
    },
    {
      key: 'took',
      title: t('took'),
      hint: t('took.hint'),
      width: 84,
      align: 'right',
      render: (row) => <span className="q-num">{tookText(row)}</span>,
    },
    {
      key: 'tries',
      title: t('tries'),
      hint: t('tries.hint'),
      width: 70,
      align: 'right',
      render: (row) => <NumberText value={row.tries} />,
    },
    { key: 'added', title: t('added'), width: 110, render: (row) => <TimeText at={row.addedAt} /> },
    {
      key: 'reason',
      title: t('reason'),
      width: 210,
      render: (row) => <span className="welcome-reason">{because(row.reason) || '–'}</span>,
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        viewsKey="welcome.deliveries"
        items={[
          {
            key: 'outcome',
            label: t('outcome'),
            kind: 'choice',
            options: outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })),
          },
          { key: 'member', label: t('member'), kind: 'member', multiple: false },
        ]}
      />
      <DataTable<Delivery>
        id="welcome.deliveries"
        label={t('deliveries')}
        rowKey={(row) => row.id}
        queryKey={['welcome', 'deliveries', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/welcome/deliveries', { params: { query: { ...query, after, limit } }, signal }))
        }
        columns={columns}
        filters={filters}
        empty={{ title: t('deliveries.none'), hint: t('deliveries.none.hint') }}
        drawerWidth={520}
        drawer={(_, row) => ({
          title: row ? row.customerName || t('nameless') : t('deliveries'),
          content: row && <Detail delivery={row} />,
        })}
      />
    </>
  );
}

function Customer({ delivery }: { delivery: Delivery }) {
  const t = useT();
  const name = delivery.customerName || t('nameless');
  return delivery.customerId ? (
    <Link to={`/customer/${delivery.customerId}`}>{name}</Link>
  ) : (
    <span>{name}</span>
  );
}

function OutcomeBadge({ delivery }: { delivery: Delivery }) {
  const t = useT();
  const because = useBecause('welcome');
  return (
    <StateBadge
      tone={outcomeTone[delivery.outcome]}
      hint={because(delivery.reason) || t(`outcome.${delivery.outcome}.hint`)}
    >
      {t(`outcome.${delivery.outcome}`)}
    </StateBadge>
  );
}

/** Whose words were sent: a channel code's, or those of a level. */
function Whose({ delivery }: { delivery: Delivery }) {
  const t = useT();
  if (delivery.source === '') return <span className="q-faint">–</span>;
  if (delivery.source === 'claim') return <>{t('source.claim', { name: delivery.claimer ?? '' })}</>;
  return <>{t(`source.${delivery.source}`)}</>;
}

function Detail({ delivery }: { delivery: Delivery }) {
  const t = useT();
  const because = useBecause('welcome');
  return (
    <Facts
      items={[
        { name: t('customer'), value: <Customer delivery={delivery} /> },
        { name: t('member'), value: <MemberTag name={delivery.memberName || delivery.member} /> },
        {
          name: t('outcome'),
          value: <OutcomeBadge delivery={delivery} />,
          hint: t(`outcome.${delivery.outcome}.hint`),
        },
        { name: t('source'), value: <Whose delivery={delivery} /> },
        { name: t('reason'), value: because(delivery.reason) },
        { name: t('errcode'), value: delivery.errcode ? <code>{delivery.errcode}</code> : undefined },
        { name: t('added'), value: <TimeText at={delivery.addedAt} show="seconds" /> },
        { name: t('done'), value: <TimeText at={delivery.doneAt} show="seconds" /> },
        { name: t('took'), value: tookText(delivery), hint: t('took.hint') },
        { name: t('tries'), value: <NumberText value={delivery.tries} />, hint: t('tries.hint') },
      ]}
    />
  );
}
