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
import { atWork, progress, type Run, runTone } from './words';

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
      width: 180,
      render: (run) => <Link to={`/tag/runs/${run.id}`}>{name(run)}</Link>,
    },
    {
      key: 'tags',
      title: t('tags'),
      width: 190,
      render: (run) =>
        run.add.length + run.remove.length === 0
          ? '–'
          : (['add', 'remove'] as const)
              .filter((what) => run[what].length > 0)
              .map((what) => (
                <div key={what}>
                  <span className="q-faint">{t(`mark.${what}`)}</span>{' '}
                  <Labels texts={run[what].map((word) => word.name)} limit={2} />
                </div>
              )),
    },
    {
      key: 'state',
      title: t('state'),
      width: 150,
      render: (run) =>
        atWork(run) ? (
          <JobProgress
            job={{
              title: t(`run.state.${run.state}`),
              done: progress(run).done,
              total: progress(run).total || undefined,
            }}
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
    { key: 'by', title: t('by'), width: 90, render: (run) => run.by },
    { key: 'at', title: t('at'), width: 120, render: (run) => <TimeText at={run.createdAt} /> },
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
          <Button look="primary" icon="upload" onClick={() => setImporting(true)}>
            {t('import')}
          </Button>
        }
      />
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
