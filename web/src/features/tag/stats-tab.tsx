import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { Chart } from '@/parts/Chart';
import { type Column, DataTable } from '@/parts/DataTable';
import { Drawer } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { Card, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useLibrary } from './library-tab';
import { useT } from './strings';

type Figure = components['schemas']['TagTagFigure'];
type MemberFigure = components['schemas']['TagMemberFigure'];

/** How many customers carry which tag, by member and day. */
export function StatsTab() {
  const t = useT();
  const { done, problem } = useFeedback();
  const filters = useUrlFilters('member', 'department', 'group');
  const library = useLibrary();
  const [open, setOpen] = useState<Figure>();
  const query = {
    member: filters.many('member'),
    department: filters.many('department').map(Number),
    group: filters.one('group'),
  };
  const stats = useQuery({
    queryKey: ['tag', 'stats', query],
    queryFn: ({ signal }) => ok(api.GET('/api/tag/stats', { params: { query }, signal })),
    // The filters stay where they are while another choice is read.
    placeholderData: keepPreviousData,
  });
  const items = stats.data?.items ?? [];
  const top = items.filter((item) => item.follows > 0).slice(0, 12);
  const recount = () =>
    ok(api.POST('/api/tag/stats/recount'))
      .then(() => done(t('recount.begun')))
      .catch(problem);
  return (
    <div className="q-stack">
      <div className="tag-bar">
        <FilterBar
          filters={filters}
          items={[
            { key: 'member', label: t('member'), kind: 'member' },
            { key: 'department', label: t('department'), kind: 'department' },
            {
              key: 'group',
              label: t('group'),
              kind: 'choice',
              options: (library.data?.groups ?? []).map((g) => ({ value: g.id, label: g.name })),
            },
          ]}
        />
        <span className="q-grow" />
        <Hint text={t('counted.hint')}>
          <span className="q-faint">
            {t('counted')} <TimeText at={stats.data?.counted || undefined} />
          </span>
        </Hint>
        <Button size="small" icon="reload" onClick={recount}>
          {t('recount')}
        </Button>
      </div>
      {stats.isPending ? (
        <Waiting />
      ) : stats.isError ? (
        <ErrorView error={stats.error} onRetry={() => void stats.refetch()} />
      ) : (
        <>
          <Card title={<Hint text={t('follows.hint')}>{t('top')}</Hint>}>
            {top.length === 0 ? (
              <Empty compact title={t('stats.empty')} hint={t('stats.empty.hint')} />
            ) : (
              <Chart
                label={t('top')}
                kind="bar"
                height={Math.max(160, top.length * 26)}
                categories={top.map((item) => item.name)}
                series={[{ name: t('follows'), values: top.map((item) => item.follows) }]}
              />
            )}
          </Card>
          <FigureTable items={items} queryKey={['tag', 'stats', 'table', items]} onOpen={setOpen} />
        </>
      )}
      {open && <TagDrawer figure={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function FigureTable(props: {
  items: Figure[];
  queryKey: readonly unknown[];
  onOpen: (figure: Figure) => void;
}) {
  const t = useT();
  const columns: Column<Figure>[] = [
    {
      key: 'name',
      title: t('tag'),
      fixed: true,
      width: 180,
      render: (row) => (
        <Button look="link" onClick={() => props.onOpen(row)}>
          {row.name}
        </Button>
      ),
    },
    {
      key: 'group',
      title: t('group'),
      width: 180,
      render: (row) => (
        <span className="tag-title">
          {row.group}
          {row.own && <StateBadge tone="quiet">{t('own')}</StateBadge>}
        </span>
      ),
    },
    {
      key: 'follows',
      title: t('follows'),
      hint: t('follows.hint'),
      width: 120,
      align: 'right',
      render: (row) => <NumberText value={row.follows} />,
    },
    {
      key: 'fresh',
      title: t('fresh'),
      hint: t('fresh.hint'),
      width: 120,
      align: 'right',
      render: (row) => <NumberText value={row.fresh} />,
    },
    {
      key: 'list',
      title: '',
      width: 120,
      render: (row) => (
        <Link to={`/customer?level=follow&tag=${encodeURIComponent(row.id)}`}>{t('customers')}</Link>
      ),
    },
  ];
  // All figures come at once; the table pages through them by place.
  return (
    <DataTable<Figure>
      id="tag.stats"
      label={t('tab.stats')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={[...props.queryKey]}
      load={async ({ after, limit }) => {
        const from = Number(after ?? 0);
        const next = from + limit;
        return {
          items: props.items.slice(from, next),
          next: next < props.items.length ? String(next) : undefined,
          total: { count: props.items.length, exact: true },
        };
      }}
      empty={{ title: t('stats.empty'), hint: t('stats.empty.hint') }}
    />
  );
}

function TagDrawer({ figure, onClose }: { figure: Figure; onClose: () => void }) {
  const t = useT();
  const one = useQuery({
    queryKey: ['tag', 'stats', 'one', figure.id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/tag/stats/{id}', { params: { path: { id: figure.id } }, signal })),
  });
  return (
    <Drawer open onClose={onClose} title={figure.name} width={640}>
      {one.isPending ? (
        <Waiting />
      ) : one.isError ? (
        <ErrorView error={one.error} onRetry={() => void one.refetch()} />
      ) : (
        <div className="q-stack">
          <Card title={<Hint text={t('days.hint')}>{t('days.title')}</Hint>}>
            <Chart
              label={t('days.title')}
              kind="columns"
              height={200}
              categories={one.data.days.map((day) => day.day.slice(5))}
              series={[{ name: t('fresh'), values: one.data.days.map((day) => day.added) }]}
            />
          </Card>
          <Card title={t('byMember')} flush>
            {one.data.members.length === 0 ? (
              <Empty compact title={t('stats.empty')} />
            ) : (
              <ul className="tag-members">
                {one.data.members.map((row: MemberFigure) => (
                  <li key={row.member}>
                    <MemberTag name={row.name || row.member} department={row.department || undefined} />
                    <span className="q-grow" />
                    <Hint text={t('fresh.hint')}>
                      <span className="q-faint q-num">+{row.fresh}</span>
                    </Hint>
                    <Link
                      to={`/customer?level=follow&tag=${encodeURIComponent(figure.id)}&member=${encodeURIComponent(row.member)}`}
                    >
                      <NumberText value={row.follows} />
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        </div>
      )}
    </Drawer>
  );
}
