import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { JobProgress } from '@/parts/JobProgress';
import { NumberText } from '@/parts/NumberText';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { ImportDialog } from './import-dialog';
import { useT } from './strings';
import { type Run, runTone, settled } from './words';

/** What a run is called: its source, with the name of the group or file. */
export function useRunName() {
  const t = useT();
  return (run: Run) => {
    const what = run.title || t(`source.${run.source}`);
    return run.kind === 'undo' ? t('run.undoOf', { name: what }) : what;
  };
}

/** Batch acts, the newest first. */
export function RunsTab() {
  const t = useT();
  const name = useRunName();
  const [importing, setImporting] = useState(false);
  const columns: Column<Run>[] = [
    {
      key: 'name',
      title: t('run'),
      fixed: true,
      width: 200,
      render: (run) => <Link to={`/tag/runs/${run.id}`}>{name(run)}</Link>,
    },
    {
      key: 'add',
      title: t('mark.add'),
      width: 170,
      render: (run) => <Labels texts={run.add.map((word) => word.name)} limit={2} />,
    },
    {
      key: 'remove',
      title: t('mark.remove'),
      width: 150,
      render: (run) => <Labels texts={run.remove.map((word) => word.name)} limit={2} />,
    },
    {
      key: 'state',
      title: t('state'),
      width: 180,
      render: (run) =>
        run.state === 'running' || run.state === 'collecting' ? (
          <JobProgress
            job={{ title: t(`run.state.${run.state}`), done: settled(run), total: run.total || undefined }}
          />
        ) : (
          <StateBadge tone={runTone[run.state]}>
            {t(run.undoneBy ? 'run.state.undone' : `run.state.${run.state}`)}
          </StateBadge>
        ),
    },
    ...(['changed', 'gone', 'failed'] as const).map((key) => ({
      key,
      title: t(`item.${key}`),
      width: 90,
      align: 'right' as const,
      render: (run: Run) => <NumberText value={run[key]} />,
    })),
    { key: 'by', title: t('by'), width: 110, render: (run) => run.by },
    { key: 'at', title: t('at'), width: 150, render: (run) => <TimeText at={run.createdAt} /> },
  ];
  return (
    <>
      <DataTable<Run>
        id="tag.runs"
        label={t('tab.runs')}
        columns={columns}
        rowKey={(run) => run.id}
        queryKey={['tag', 'runs', 'list']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/tag/runs', { params: { query: { after, limit } }, signal }))
        }
        empty={{
          title: t('runs.empty'),
          hint: t('runs.empty.hint'),
          action: (
            <Button icon="customer" to="/customer">
              {t('runs.toCustomers')}
            </Button>
          ),
        }}
        tools={
          <Button icon="upload" size="small" onClick={() => setImporting(true)}>
            {t('import')}
          </Button>
        }
      />
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
