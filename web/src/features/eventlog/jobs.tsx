import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu, Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { JobProgress } from '@/parts/JobProgress';
import { Card } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { StatTile, Tiles } from '@/parts/StatTile';
import { TimeText } from '@/parts/TimeText';
import { JobDetail } from './job-detail';
import './eventlog.css';
import { useKindName } from './kind-name';
import { useT } from './strings';
import { type Job, jobStates, jobTone } from './words';

/** What the program works on, and what it gave up. */
export function Jobs() {
  const t = useT();
  const can = useCan();
  const filters = useUrlFilters('status', 'kind');
  useLive('job', [['eventlog', 'jobs']]);
  const chosen = { state: filters.one('status') as Job['state'] | undefined, kind: filters.one('kind') };
  const kindName = useKindName();
  const mayRetry = can('eventlog.replay');

  const columns: Column<Job>[] = [
    { key: 'kind', title: t('task.kind'), fixed: true, width: 240, render: (row) => kindName(row.kind) },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      render: (row) => <StateBadge tone={jobTone[row.state]}>{t(`task.${row.state}`)}</StateBadge>,
    },
    {
      key: 'error',
      title: t('task.error'),
      hint: t('task.error.hint'),
      render: (row) =>
        row.error ? <span className="eventlog-brief">{row.error}</span> : <span className="q-faint">–</span>,
    },
    {
      key: 'attempt',
      title: t('task.attempts'),
      hint: t('task.attempts.hint'),
      width: 90,
      align: 'right',
      render: (row) => `${row.attempt} / ${row.maxAttempts}`,
    },
    {
      key: 'lane',
      title: t('task.lane'),
      hint: t('task.lane.hint'),
      width: 90,
      optional: true,
      render: (row) => t(`lane.${row.lane}`),
    },
    {
      key: 'created',
      title: t('task.created'),
      width: 130,
      render: (row) => <TimeText at={row.createdAt} />,
    },
    {
      key: 'next',
      title: t('task.next'),
      hint: t('task.next.hint'),
      width: 150,
      render: (row) => (
        <TimeText at={row.finishedAt || (row.state === 'running' ? row.startedAt : row.runAt)} />
      ),
    },
  ];
  if (mayRetry) {
    columns.push({ key: 'actions', title: '', width: 64, render: (row) => <JobActions row={row} /> });
  }

  return (
    <div className="q-stack">
      <Counts />
      <RunningNow kindName={kindName} />
      <FilterBar
        filters={filters}
        items={[
          {
            key: 'status',
            label: t('state'),
            kind: 'choice',
            options: jobStates.map((state) => ({ value: state, label: t(`task.${state}`) })),
          },
          { key: 'kind', label: t('task.kind'), kind: 'text', placeholder: t('task.kind.placeholder') },
        ]}
      />
      <DataTable<Job>
        id="eventlog.jobs"
        label={t('jobs')}
        rowKey={(row) => row.id}
        queryKey={['eventlog', 'jobs', 'list', chosen]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/eventlog/jobs', { params: { query: { ...chosen, after, limit } }, signal }))
        }
        columns={columns}
        filters={filters}
        empty={{ title: t('jobs.none'), hint: t('jobs.none.hint') }}
        tools={mayRetry && chosen.state === 'dead' && chosen.kind && <RetryKind kind={chosen.kind} />}
        drawer={(id, row) => ({
          title: row ? kindName(row.kind) : t('job'),
          content: <JobDetail id={id} />,
          actions: mayRetry && row && <JobActions row={row} />,
        })}
      />
    </div>
  );
}

function Counts() {
  const t = useT();
  const counts = useQuery({
    queryKey: ['eventlog', 'jobs', 'counts'],
    queryFn: ({ signal }) => ok(api.GET('/api/eventlog/jobs/counts', { signal })),
  });
  const n = counts.data;
  const waiting = n && n.available + n.parked;
  const to = (status: string) => `/eventlog?tab=jobs&status=${status}`;
  return (
    <Tiles>
      <StatTile
        title={t('count.waiting')}
        definition={t('count.waiting.hint')}
        value={waiting}
        href={to('available')}
      />
      <StatTile
        title={t('task.running')}
        definition={t('count.running.hint')}
        value={n?.running}
        href={to('running')}
      />
      <StatTile title={t('task.done')} definition={t('count.done.hint')} value={n?.done} href={to('done')} />
      <StatTile
        title={t('task.dead')}
        definition={t('count.dead.hint')}
        value={n?.dead}
        alarm={n?.dead ? 'error' : undefined}
        href={to('dead')}
      />
    </Tiles>
  );
}

/** Long jobs at work; nothing at all when there are none. */
function RunningNow({ kindName }: { kindName: (kind: string) => string }) {
  const t = useT();
  const running = useQuery({
    queryKey: ['eventlog', 'jobs', 'running'],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/eventlog/jobs', { params: { query: { state: 'running', limit: 50 } }, signal })),
  });
  const long = (running.data?.items ?? []).filter((job) => job.done > 0 || job.total > 0 || job.note);
  if (long.length === 0) return null;
  return (
    <Card title={t('runningNow')}>
      <div className="eventlog-running">
        {long.map((job) => (
          <JobProgress
            key={job.id}
            job={{
              title: job.note ? `${kindName(job.kind)} · ${job.note}` : kindName(job.kind),
              done: job.done,
              total: job.total || undefined,
              startedAt: job.startedAt,
            }}
          />
        ))}
      </div>
    </Card>
  );
}

/** What can be done with one job in its state. */
function JobActions({ row }: { row: Job }) {
  const t = useT();
  const client = useQueryClient();
  const { done, confirm } = useFeedback();
  const path = { params: { path: { id: row.id } } };
  const look = () => client.invalidateQueries({ queryKey: ['eventlog', 'jobs'] });
  if (row.state !== 'dead' && row.state !== 'cancelled') return null;
  const retry = {
    key: 'retry',
    label: t('retry'),
    icon: 'reload' as const,
    onClick: async () => {
      await ok(api.POST('/api/eventlog/jobs/{id}/retry', path));
      done(t('retried'));
      await look();
    },
  };
  const discard = {
    key: 'discard',
    label: t('discard'),
    icon: 'remove' as const,
    danger: true,
    onClick: () =>
      confirm({
        title: t('discard.title'),
        detail: t('discard.detail'),
        action: t('discard'),
        danger: true,
        onConfirm: async () => {
          await ok(api.POST('/api/eventlog/jobs/{id}/discard', path));
          done(t('discarded'));
          await look();
        },
      }),
  };
  return <ActionMenu label={t('actions')} actions={row.state === 'dead' ? [retry, discard] : [retry]} />;
}

function RetryKind({ kind }: { kind: string }) {
  const t = useT();
  const kindName = useKindName();
  const client = useQueryClient();
  const { done, confirm } = useFeedback();
  return (
    <Button
      icon="reload"
      onClick={() =>
        confirm({
          title: t('retryAll.title', { kind: kindName(kind) }),
          detail: t('retryAll.detail'),
          action: t('retryAll'),
          onConfirm: async () => {
            await ok(api.POST('/api/eventlog/jobs/retry', { body: { kind } }));
            done(t('retryAll.begun'));
            await client.invalidateQueries({ queryKey: ['eventlog', 'jobs'] });
          },
        })
      }
    >
      {t('retryAll')}
    </Button>
  );
}
