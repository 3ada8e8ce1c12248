import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { formatBytes, formatNumber } from '@/lib/measure';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { FileActions } from '@/parts/FileActions';
import { JobProgress } from '@/parts/JobProgress';
import { Page } from '@/parts/Page';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

type Run = components['schemas']['ExportView'];

const tone: Record<Run['state'], Tone> = {
  waiting: 'busy',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
  expired: 'quiet',
};

/** The files that the viewer took away, the newest first. */
export default function ExportPage() {
  const t = useT();
  const { language } = useI18n();
  useLive('export', [['export', 'runs']]);
  const columns: Column<Run>[] = [
    {
      key: 'list',
      title: t('list'),
      fixed: true,
      width: 200,
      render: (row) => (
        <>
          {language === 'en' ? row.en : row.zh} <span className="q-faint">{row.format.toUpperCase()}</span>
        </>
      ),
    },
    { key: 'state', title: t('state'), width: 180, render: (row) => <RunState run={row} /> },
    {
      key: 'rows',
      title: t('rows'),
      width: 100,
      align: 'right',
      render: (row) => formatNumber(language, row.written),
    },
    {
      key: 'size',
      title: t('size'),
      width: 90,
      align: 'right',
      render: (row) => (row.bytes > 0 ? formatBytes(row.bytes) : '–'),
    },
    { key: 'created', title: t('created'), width: 120, render: (row) => <TimeText at={row.createdAt} /> },
    {
      key: 'expires',
      title: t('expires'),
      width: 110,
      render: (row) => (row.state === 'done' ? <TimeText at={row.expiresAt} /> : '–'),
    },
    { key: 'actions', title: '', width: 165, render: (row) => <Actions run={row} /> },
  ];
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <DataTable<Run>
        id="export.runs"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['export', 'runs']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/export/runs', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('empty'), hint: t('empty.hint') }}
      />
    </Page>
  );
}

function RunState({ run }: { run: Run }) {
  const t = useT();
  const because = useBecause('export');
  if (run.state === 'running') {
    return (
      <JobProgress
        job={{
          title: t('progress'),
          done: run.written,
          total: run.total || undefined,
          startedAt: run.createdAt,
        }}
      />
    );
  }
  const badge = <StateBadge tone={tone[run.state]}>{t(`state.${run.state}`)}</StateBadge>;
  return run.error ? <Hint text={because(run.error)}>{badge}</Hint> : badge;
}

function Actions({ run }: { run: Run }) {
  const t = useT();
  const client = useQueryClient();
  const open = run.state === 'waiting' || run.state === 'running';
  return (
    <span className="q-row">
      <FileActions
        words={t}
        from={run.state === 'done' ? `/api/export/runs/${run.id}/file` : undefined}
        act={open ? 'cancel' : 'remove'}
        onAct={() => ok(api.DELETE('/api/export/runs/{id}', { params: { path: { id: run.id } } }))}
        onActed={() => client.invalidateQueries({ queryKey: ['export', 'runs'] })}
      />
    </span>
  );
}
