import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { Form } from '@/parts/Form';
import { JobProgress } from '@/parts/JobProgress';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { Card, Columns, Page, Waiting } from '@/parts/Page';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { MarkFields, type Marks, noMarks } from './mark-fields';
import { useRunName } from './runs-tab';
import { useT } from './strings';
import { atWork, type Item, itemTone, progress, type Run, runTone, settled } from './words';
import './tag.css';

/** One batch act: how far it is, and what became of each customer. */
export default function RunPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  useLive('tag.run', [['tag', 'runs']]);
  const name = useRunName();
  const run = useQuery({
    queryKey: ['tag', 'runs', 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/tag/runs/{id}', { params: { path: { id } }, signal })),
  });
  if (run.isPending) {
    return (
      <Page title={t('run')}>
        <Waiting />
      </Page>
    );
  }
  if (run.isError) {
    return (
      <Page title={t('run')}>
        <ErrorView error={run.error} onRetry={() => void run.refetch()} />
      </Page>
    );
  }
  return (
    <Page title={name(run.data)} actions={<RunActions run={run.data} />}>
      <Columns wide="right" left={<RunFacts run={run.data} />} right={<Items run={run.data} />} />
    </Page>
  );
}

function RunActions({ run }: { run: Run }) {
  const t = useT();
  const client = useQueryClient();
  const { confirm, done, problem } = useFeedback();
  const [beginning, setBeginning] = useState(false);
  const read = () => client.invalidateQueries({ queryKey: ['tag', 'runs'] });
  const path = { params: { path: { id: run.id } } };
  const open = run.state === 'draft' || atWork(run);
  const left = run.total - settled(run);
  const dropped = run.source === 'file' && run.kind === 'mark' && run.add.length + run.remove.length === 0;
  const retriable =
    !run.undoneBy &&
    !dropped &&
    (run.state === 'cancelled' ? left + run.failed + run.gone > 0 : run.failed + run.gone > 0);
  const cancel = () => ok(api.POST('/api/tag/runs/{id}/cancel', path)).then(read).catch(problem);
  const discard = () =>
    confirm({
      title: t('run.discard.title'),
      detail: t('run.discard.detail', { n: run.total }),
      action: t('run.discard'),
      danger: true,
      onConfirm: async () => {
        await ok(api.POST('/api/tag/runs/{id}/cancel', path));
        await read();
      },
    });
  return (
    <span className="q-row q-wrap">
      {run.state === 'draft' && run.total > run.invalid && (
        <Button look="primary" icon="tag" onClick={() => setBeginning(true)}>
          {t('run.begin')}
        </Button>
      )}
      {!open && retriable && (
        <Button
          icon="reload"
          onClick={() => ok(api.POST('/api/tag/runs/{id}/retry', path)).then(read).catch(problem)}
        >
          {t(run.state === 'cancelled' ? 'run.goOn' : 'run.retry')}
        </Button>
      )}
      {!open && run.kind === 'mark' && run.changed > 0 && !run.undoneBy && (
        <Button
          icon="undo"
          onClick={() =>
            confirm({
              title: t('run.undo.title'),
              detail: t('run.undo.detail', { n: run.changed }),
              action: t('run.undo'),
              onConfirm: async () => {
                await ok(api.POST('/api/tag/runs/{id}/undo', path));
                await read();
                done(t('run.undo.begun'));
              },
            })
          }
        >
          {t('run.undo')}
        </Button>
      )}
      {open && (
        <Button look="danger" icon="stop" onClick={run.state === 'draft' ? discard : cancel}>
          {t(
            run.state === 'draft' ? 'run.discard' : run.state === 'checking' ? 'run.stopCheck' : 'run.cancel',
          )}
        </Button>
      )}
      {beginning && (
        <Dialog
          open
          onClose={() => setBeginning(false)}
          title={t('mark.title', { n: run.total - run.invalid })}
        >
          <Form<Marks>
            initial={noMarks}
            submitLabel={t('mark')}
            onCancel={() => setBeginning(false)}
            onSubmit={async ({ add, remove }) => {
              await ok(api.POST('/api/tag/runs/{id}/begin', { ...path, body: { add, remove } }));
              await read();
              setBeginning(false);
            }}
          >
            <MarkFields />
          </Form>
        </Dialog>
      )}
    </span>
  );
}

function RunFacts({ run }: { run: Run }) {
  const t = useT();
  const working = atWork(run);
  return (
    <Card title={t('run.facts')}>
      <div className="q-stack">
        {run.problem && <Notice tone={working ? 'warning' : 'error'} title={run.problem} />}
        {run.state === 'draft' && (
          <Notice tone="info" title={t('run.draft', { n: run.total - run.invalid, bad: run.invalid })} />
        )}
        {run.state !== 'draft' && (
          <JobProgress
            job={{
              title: t(run.undoneBy ? 'run.state.undone' : `run.state.${run.state}`),
              ...progress(run),
              startedAt: working ? run.createdAt : undefined,
              // Some who failed are told of below: red is for a task that did nothing else.
              state: working ? 'running' : run.failed > 0 && run.changed + run.same === 0 ? 'failed' : 'done',
            }}
          />
        )}
        <Facts
          items={[
            {
              name: t('state'),
              value: (
                <StateBadge tone={runTone[run.state]}>
                  {t(run.undoneBy ? 'run.state.undone' : `run.state.${run.state}`)}
                </StateBadge>
              ),
            },
            { name: t('mark.add'), value: <Labels texts={run.add.map((word) => word.name)} limit={9} /> },
            {
              name: t('mark.remove'),
              value: <Labels texts={run.remove.map((word) => word.name)} limit={9} />,
            },
            { name: t('source'), value: t(`source.${run.source}`) },
            ...(['changed', 'same', 'gone', 'failed', 'invalid'] as const).map((key) => ({
              name: t(`item.${key}`),
              hint: t(`item.${key}.hint`),
              value: <NumberText value={run[key]} />,
            })),
            { name: t('by'), value: run.by },
            { name: t('at'), value: <TimeText at={run.createdAt} show="time" /> },
            { name: t('finished'), value: <TimeText at={run.finishedAt || undefined} show="time" /> },
            ...(run.of
              ? [{ name: t('run.of'), value: <Link to={`/tag/runs/${run.of}`}>{t('open')}</Link> }]
              : []),
            ...(run.undoneBy
              ? [
                  {
                    name: t('run.undoneBy'),
                    value: <Link to={`/tag/runs/${run.undoneBy}`}>{t('open')}</Link>,
                  },
                ]
              : []),
          ]}
        />
      </div>
    </Card>
  );
}

function Items({ run }: { run: Run }) {
  const t = useT();
  const because = useBecause('tag');
  const filters = useUrlFilters('state');
  const state = filters.one('state') as 'changed' | undefined;
  const columns: Column<Item>[] = [
    ...(run.source === 'file' && run.kind === 'mark'
      ? [
          {
            key: 'line',
            title: t('line'),
            width: 130,
            render: (row: Item) => (
              <>
                <span className="q-num">{row.line}</span>{' '}
                <span className="tag-clamp q-faint">{row.words}</span>
              </>
            ),
          },
        ]
      : []),
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 170,
      render: (row) => (row.customerId ? <CustomerOf row={row} id={row.customerId} /> : '–'),
    },
    {
      key: 'member',
      title: t('member'),
      width: 100,
      render: (row) => (row.memberName ? <MemberTag name={row.memberName} /> : '–'),
    },
    {
      key: 'state',
      title: t('result'),
      width: 220,
      render: (row) => (
        <>
          <StateBadge tone={itemTone[row.state]}>{t(`item.${row.state}`)}</StateBadge>
          {row.reason && <div className="tag-because q-faint">{because(row.reason)}</div>}
        </>
      ),
    },
    // Before the tags are chosen nothing can have been put on.
    ...(run.state === 'draft' || run.state === 'checking'
      ? []
      : [
          {
            key: 'added',
            title: t('added'),
            width: 120,
            render: (row: Item) => <Labels texts={row.added} limit={2} />,
          },
        ]),
    {
      key: 'removed',
      title: t('removed'),
      width: 130,
      optional: true,
      render: (row) => <Labels texts={row.removed} limit={2} />,
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        items={[
          {
            key: 'state',
            label: t('result'),
            kind: 'choice',
            options: (['waiting', 'changed', 'same', 'gone', 'failed', 'invalid'] as const).map((value) => ({
              value,
              label: t(`item.${value}`),
            })),
          },
        ]}
      />
      <DataTable<Item>
        id="tag.items"
        label={t('items')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['tag', 'runs', 'items', run.id, state]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/tag/runs/{id}/items', {
              params: { path: { id: run.id }, query: { state, after, limit } },
              signal,
            }),
          )
        }
        filters={filters}
        empty={{ title: t('items.empty'), hint: t('items.empty.hint') }}
      />
    </>
  );
}
