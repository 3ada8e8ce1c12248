import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { formatNumber } from '@/lib/measure';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { some, useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { Chart } from '@/parts/Chart';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { ExportButton } from '@/parts/ExportButton';
import { FilterBar } from '@/parts/FilterBar';
import { JobProgress } from '@/parts/JobProgress';
import { Card, Page } from '@/parts/Page';
import { Labels } from '@/parts/StateBadge';
import { StatTile, Tiles } from '@/parts/StatTile';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Level, LevelBadge, levels, useSignalName } from './words';
import './intention.css';

type Row = components['schemas']['IntentionView'];

/** Customers by how much they want, the most first. */
export default function ListPage() {
  const t = useT();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const name = useSignalName();
  const filters = useUrlFilters('q', 'level', 'member', 'department', 'moved', 'signal', 'score');
  useLive('intention', [['intention']]);
  const setting = useSetting();

  const moved = periodInstants(filters.one('moved'), zone, now);
  const [min, max] = scoreRange(filters.one('score'));
  const filter = {
    q: filters.one('q'),
    level: some(filters.many('level')) as Level[] | undefined,
    member: some(filters.many('member')),
    department: some(filters.many('department'))?.map(Number),
    movedFrom: moved && new Date(moved.from).toISOString(),
    movedTo: moved && new Date(moved.to).toISOString(),
    signal: filters.one('signal'),
    min,
    max,
  };

  const columns: Column<Row>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 230,
      render: (row) => <CustomerOf row={row} id={row.id} />,
    },
    {
      key: 'points',
      title: t('points'),
      hint: t('points.hint'),
      width: 100,
      align: 'right',
      render: (row) => <strong className="q-num">{row.points}</strong>,
    },
    { key: 'level', title: t('level'), width: 110, render: (row) => <LevelBadge level={row.level} /> },
    {
      key: 'signal',
      title: t('signal'),
      hint: t('signal.hint'),
      width: 210,
      render: (row) =>
        row.signal ? (
          <>
            {name(setting.data?.names, row.signal)}
            {row.signalAt && (
              <div className="q-faint">
                <TimeText at={Date.parse(row.signalAt)} />
              </div>
            )}
          </>
        ) : (
          <span className="q-faint">–</span>
        ),
    },
    {
      key: 'members',
      title: t('members'),
      width: 170,
      render: (row) => <Labels texts={row.members.map((member) => member.name || member.member)} limit={2} />,
    },
    {
      key: 'moved',
      title: t('moved'),
      hint: t('moved.hint'),
      width: 140,
      render: (row) =>
        row.movedAt ? <TimeText at={Date.parse(row.movedAt)} /> : <span className="q-faint">–</span>,
    },
  ];

  return (
    <Page
      title={t('title')}
      meaning={t('meaning')}
      actions={
        <Button to="/intention/rules" icon="edit">
          {t(can('intention.setting') ? 'rules' : 'rules.read')}
        </Button>
      }
    >
      <Summary />
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="intention.list"
        items={[
          {
            key: 'level',
            label: t('level'),
            kind: 'choice',
            multiple: true,
            options: levels.map((level) => ({ value: level, label: t(`level.${level}`) })),
          },
          {
            key: 'score',
            label: t('points'),
            kind: 'choice',
            options: ['100-', '50-', '20-49', '5-19', '0-4'].map((range) => ({
              value: range,
              label: t(range.endsWith('-') ? 'range.from' : 'range.between', rangeWords(range)),
            })),
          },
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          { key: 'moved', label: t('moved'), kind: 'period' },
          {
            key: 'signal',
            label: t('signal'),
            kind: 'choice',
            options: (setting.data?.names ?? []).map((signal) => ({
              value: signal.key,
              label: name(setting.data?.names, signal.key),
            })),
          },
        ]}
      />
      <DataTable<Row>
        id="intention.list"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['intention', 'list', filter]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/intention/customers', { params: { query: { ...filter, after, limit } }, signal }))
        }
        count={(signal) =>
          ok(api.GET('/api/intention/customers/count', { params: { query: filter }, signal }))
        }
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint') }}
        tools={can('intention.export') && <ExportButton list="intention.customers" filter={filter} />}
      />
    </Page>
  );
}

/** The levels now, and how they were on the days before. */
function Summary() {
  const t = useT();
  const { language } = useI18n();
  const now = useQuery({
    queryKey: ['intention', 'levels'],
    queryFn: ({ signal }) => ok(api.GET('/api/intention/levels', { signal })),
  });
  const trend = useQuery({
    queryKey: ['intention', 'trend'],
    queryFn: ({ signal }) => ok(api.GET('/api/intention/trend', { params: { query: { days: 30 } }, signal })),
  });
  const days = trend.data?.days ?? [];
  const progress = now.data?.progress;
  return (
    <>
      {progress && (
        <Card>
          <JobProgress job={{ title: t('progress'), done: progress.done, total: progress.total }} />
        </Card>
      )}
      <Tiles>
        {levels.map((level) => {
          const found = now.data?.levels.find((one) => one.level === level);
          const from = found?.from ?? 0;
          return (
            <StatTile
              key={level}
              title={
                found && !found.exact
                  ? t('level.atLeast', { level: t(`level.${level}`) })
                  : t(`level.${level}`)
              }
              definition={
                level === 'asleep'
                  ? t('definition.asleep', {
                      n: now.data?.levels.find((one) => one.level === 'low')?.from ?? 0,
                    })
                  : t('definition.from', { n: from, days: now.data?.halfLife ?? 0 })
              }
              value={found?.count}
              series={days.map((day) => day[level])}
              href={`/intention?level=${level}`}
            />
          );
        })}
      </Tiles>
      {days.length > 1 && (
        <Card title={t('trend')}>
          <Chart
            kind="line"
            label={t('trend')}
            height={200}
            categories={days.map((day) => day.day.slice(5))}
            series={(['high', 'medium', 'low'] as const).map((level) => ({
              name: t(`level.${level}`),
              values: days.map((day) => day[level]),
            }))}
          />
          <p className="q-faint">
            {t('trend.hint', { n: formatNumber(language, days.at(-1)?.asleep ?? 0) })}
            {trend.data?.shared && t('trend.shared')}
          </p>
        </Card>
      )}
    </>
  );
}

/** The rules, for the names of the signals. */
export function useSetting() {
  return useQuery({
    queryKey: ['intention', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/intention/setting', { signal })),
  });
}

function rangeWords(range: string): Record<string, string> {
  const [from = '0', to = ''] = range.split('-');
  return { from, to };
}

function scoreRange(range: string | undefined): [number | undefined, number | undefined] {
  if (!range) return [undefined, undefined];
  const { from, to } = rangeWords(range);
  return [Number(from), to ? Number(to) : undefined];
}
