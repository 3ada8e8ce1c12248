import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useBecause } from '@/lib/because';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { Drawer } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { JobProgress, type JobState } from '@/parts/JobProgress';
import { Waiting } from '@/parts/Page';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { Notice, Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useFlows } from './data';
import { useT } from './strings';

type Item = components['schemas']['StageItem'];
type Batch = components['schemas']['StageBatch'];

/** The moves of many: a button that opens how far they are and what became of them. */
export function Batches() {
  const t = useT();
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (!can('stage.bulk')) return null;
  return (
    <>
      <Button icon="jobs" onClick={() => setOpen(true)}>
        {t('batches')}
      </Button>
      <Drawer open={open} onClose={() => setOpen(false)} title={t('batches')} width={760}>
        <BatchList />
      </Drawer>
    </>
  );
}

function BatchList() {
  const t = useT();
  const batches = useQuery({
    queryKey: ['stage', 'batches'],
    queryFn: ({ signal }) => ok(api.GET('/api/stage/batches', { params: { query: { limit: 20 } }, signal })),
  });
  if (batches.isError) return <ErrorView error={batches.error} onRetry={() => void batches.refetch()} />;
  if (!batches.data) return <Waiting />;
  if (batches.data.items.length === 0)
    return <Empty title={t('batches.empty')} hint={t('batches.empty.hint')} />;
  return (
    <div className="q-stack">
      {batches.data.items.map((batch) => (
        <BatchLine key={batch.id} batch={batch} />
      ))}
    </div>
  );
}

function BatchLine({ batch }: { batch: Batch }) {
  const t = useT();
  const feedback = useFeedback();
  const client = useQueryClient();
  const [shown, setShown] = useState(false);
  const because = useBecause('stage');
  const path = { params: { path: { id: batch.id } } };
  const busy = batch.state === 'running' || batch.state === 'retrying' || batch.state === 'undoing';
  const again = () => client.invalidateQueries({ queryKey: ['stage'] });
  const undo = () =>
    feedback.confirm({
      title: t('batch.undo.title', { n: batch.moved }),
      detail: t('batch.undo.detail'),
      action: t('batch.undo'),
      onConfirm: async () => {
        await ok(api.POST('/api/stage/batches/{id}/undo', path));
        feedback.done(t('batch.undo.begun'));
        await again();
      },
    });
  return (
    <section className="q-card stage-batch">
      <JobProgress job={progress(batch, t)} />
      <p className="q-faint">
        <StateBadge tone={tones[batch.state]}>{t(`batch.state.${batch.state}`)}</StateBadge>{' '}
        {t('batch.counts', { moved: batch.moved, same: batch.same, refused: batch.refused })}
        {batch.undone + batch.kept > 0 &&
          ` · ${t('batch.counts.undone', { undone: batch.undone, kept: batch.kept })}`}{' '}
        · {batch.by} · <TimeText at={Date.parse(batch.createdAt)} />
      </p>
      {batch.reason && <Notice tone="error" title={because(batch.reason)} />}
      <div className="q-row q-wrap">
        {busy && (
          <Button
            size="small"
            look="danger"
            onClick={async () => {
              await ok(api.POST('/api/stage/batches/{id}/stop', path));
              await again();
            }}
          >
            {t('batch.stop')}
          </Button>
        )}
        {(batch.state === 'stopped' ||
          batch.state === 'failed' ||
          (batch.state === 'done' && batch.refused > 0)) && (
          <Button
            size="small"
            icon="reload"
            onClick={async () => {
              await ok(api.POST('/api/stage/batches/{id}/retry', path));
              await again();
            }}
          >
            {t(batch.state === 'done' ? 'batch.retry' : 'batch.goOn')}
          </Button>
        )}
        {!busy && batch.state !== 'undone' && batch.moved > 0 && (
          <Button size="small" icon="undo" onClick={undo}>
            {t('batch.undo')}
          </Button>
        )}
        {batch.moved + batch.refused > 0 && (
          <Button size="small" look="quiet" onClick={() => setShown(!shown)}>
            {t(shown ? 'batch.items.hide' : 'batch.items')}
          </Button>
        )}
      </div>
      {shown && <Items batch={batch} />}
    </section>
  );
}

const tones: Record<Batch['state'], Tone> = {
  running: 'busy',
  retrying: 'busy',
  undoing: 'busy',
  done: 'good',
  stopped: 'warn',
  failed: 'bad',
  undone: 'quiet',
};

/** How far a batch is: of an undo, how many of those moved are back. */
function progress(batch: Batch, t: ReturnType<typeof useT>): JobState {
  const title = t('batch.title', { flow: batch.flowName || '–', stage: batch.stageName || '–' });
  const back = batch.state === 'undoing' || batch.state === 'undone';
  return {
    title,
    done: back ? batch.undone + batch.kept : batch.moved + batch.same + batch.refused,
    total: back ? batch.moved : batch.capped ? undefined : batch.total,
    startedAt: batch.state === 'running' ? Date.parse(batch.createdAt) : undefined,
    state: tones[batch.state] === 'busy' ? 'running' : batch.state === 'failed' ? 'failed' : 'done',
  };
}

const outcomes = ['all', 'moved', 'refused', 'undone', 'kept'] as const;

const outcomeTones: Record<Item['outcome'], Tone> = {
  moved: 'good',
  refused: 'bad',
  undone: 'quiet',
  kept: 'warn',
};

function Items({ batch }: { batch: Batch }) {
  const t = useT();
  const flows = useFlows();
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]>('all');
  const stages = flows.data?.items.find((one) => one.id === batch.flow)?.stages ?? [];
  const columns: Column<Item>[] = [
    {
      key: 'customer',
      title: t('customer'),
      render: (row) =>
        row.customerId ? (
          <Link to={`/customer/${row.customerId}`}>{row.name || t('nameless')}</Link>
        ) : (
          row.name || t('nameless')
        ),
    },
    { key: 'member', title: t('member'), width: 110, render: (row) => row.memberName },
    {
      key: 'outcome',
      title: t('batch.outcome'),
      width: 100,
      render: (row) => (
        <StateBadge
          tone={outcomeTones[row.outcome]}
          hint={row.outcome === 'refused' ? t('batch.refused.why') : undefined}
        >
          {t(`batch.outcome.${row.outcome}`)}
        </StateBadge>
      ),
    },
    {
      key: 'from',
      title: t('batch.from'),
      width: 110,
      render: (row) =>
        row.from
          ? (stages.find((one) => one.id === row.from)?.name ?? '–')
          : row.outcome === 'refused'
            ? '–'
            : t('batch.from.none'),
    },
  ];
  return (
    <DataTable<Item>
      id="stage.batch.items"
      label={t('batch.items')}
      columns={columns}
      rowKey={(row) => row.follow}
      queryKey={['stage', 'batches', 'items', batch.id, outcome]}
      load={({ after, limit, signal }) =>
        ok(
          api.GET('/api/stage/batches/{id}/items', {
            params: {
              path: { id: batch.id },
              query: { after, limit, outcome: outcome === 'all' ? undefined : outcome },
            },
            signal,
          }),
        )
      }
      empty={{ title: t('batch.items.empty') }}
      tools={
        <Switcher
          label={t('batch.outcome')}
          value={outcome}
          onChange={setOutcome}
          options={outcomes.map((one) => ({ value: one, label: t(`batch.outcome.${one}`) }))}
        />
      }
    />
  );
}
