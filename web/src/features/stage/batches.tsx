import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Drawer } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { JobProgress } from '@/parts/JobProgress';
import { Waiting } from '@/parts/Page';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

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
      <Drawer open={open} onClose={() => setOpen(false)} title={t('batches')} width={560}>
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
  const [shown, setShown] = useState(false);
  const done = batch.moved + batch.same + batch.refused;
  return (
    <section className="q-card stage-batch">
      <JobProgress
        job={{
          title: t('batch.title', { flow: batch.flowName || '–', stage: batch.stageName || '–' }),
          done,
          total: batch.capped ? undefined : batch.total,
          startedAt: Date.parse(batch.createdAt),
          state: batch.state === 'running' ? 'running' : 'done',
        }}
      />
      <p className="q-faint">
        {t('batch.counts', { moved: batch.moved, same: batch.same, refused: batch.refused })}
        {batch.state === 'stopped' && ` · ${t('batch.stopped')}`} · {batch.by} ·{' '}
        <TimeText at={Date.parse(batch.createdAt)} />
      </p>
      <div className="q-row">
        {batch.state === 'running' && (
          <Button
            size="small"
            look="danger"
            onClick={() =>
              ok(api.POST('/api/stage/batches/{id}/stop', { params: { path: { id: batch.id } } }))
            }
          >
            {t('batch.stop')}
          </Button>
        )}
        {batch.refused > 0 && (
          <Button size="small" onClick={() => setShown(!shown)}>
            {t('batch.refused')}
          </Button>
        )}
      </div>
      {shown && <Refused batch={batch} />}
    </section>
  );
}

function Refused({ batch }: { batch: Batch }) {
  const t = useT();
  const items = useQuery({
    queryKey: ['stage', 'batch', batch.id, 'refused'],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/stage/batches/{id}/items', {
          params: { path: { id: batch.id }, query: { outcome: 'refused', limit: 100 } },
          signal,
        }),
      ),
  });
  if (!items.data) return <Waiting rows={2} />;
  return (
    <>
      <p className="q-faint">{t('batch.refused.why')}</p>
      <ul className="stage-refused">
        {items.data.items.map((item) => (
          <li key={item.follow}>
            {item.name} · {item.memberName}
          </li>
        ))}
      </ul>
    </>
  );
}
