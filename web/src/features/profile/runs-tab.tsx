import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { JobProgress } from '@/parts/JobProgress';
import { NumberText } from '@/parts/NumberText';
import { Waiting } from '@/parts/Page';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { Notice, Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { ImportDialog } from './import-dialog';
import { useT } from './strings';

export type Run = components['schemas']['ProfileRun'];
type Item = components['schemas']['ProfileItem'];

const tones: Record<Run['state'], Tone> = {
  draft: 'quiet',
  checking: 'busy',
  checked: 'warn',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  stopped: 'warn',
  undoing: 'busy',
  undone: 'quiet',
};

const itemTones: Record<Item['state'], Tone> = {
  changed: 'good',
  same: 'quiet',
  failed: 'bad',
  undone: 'quiet',
  kept: 'warn',
};

/** Batch edits and imports: how far they are, what became of each customer, and the way back. */
export function RunsTab() {
  const t = useT();
  const can = useCan();
  const [importing, setImporting] = useState(false);
  useLive('profilerun', [['profile', 'runs']]);
  const columns: Column<Run>[] = [
    {
      key: 'what',
      title: t('run'),
      fixed: true,
      render: (row) => (
        <span className="q-row">
          <strong className="profile-kind">{t(`run.${row.kind}`)}</strong>
          <span className="q-ellipsis" title={row.title}>
            {row.title}
          </span>
        </span>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      render: (row) => <StateBadge tone={tones[row.state]}>{t(`run.state.${row.state}`)}</StateBadge>,
    },
    {
      key: 'changed',
      title: t('run.changed'),
      width: 110,
      align: 'right',
      render: (row) => <NumberText value={row.changed} />,
    },
    {
      key: 'failed',
      title: t('run.failed'),
      width: 100,
      align: 'right',
      render: (row) => <NumberText value={row.failed} />,
    },
    { key: 'by', title: t('by'), width: 130, render: (row) => row.by },
    { key: 'at', title: t('at'), width: 150, render: (row) => <TimeText at={row.createdAt} /> },
  ];
  return (
    <div className="q-stack">
      <DataTable<Run>
        id="profile.runs"
        label={t('tab.runs')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['profile', 'runs', 'list']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/profile/runs', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('runs.empty'), hint: t('runs.empty.hint') }}
        tools={
          can('profile.batch') && (
            <Button look="primary" icon="upload" onClick={() => setImporting(true)}>
              {t('import')}
            </Button>
          )
        }
        drawer={(id, row) => ({
          title: row ? `${t(`run.${row.kind}`)} ${row.title}` : t('run'),
          content: <RunDetail id={id} />,
        })}
        drawerWidth={760}
      />
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </div>
  );
}

export function useRun(id: string) {
  useLive('profilerun', [['profile', 'runs', 'one', id]]);
  return useQuery({
    queryKey: ['profile', 'runs', 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/profile/runs/{id}', { params: { path: { id } }, signal })),
  });
}

/** One run: progress, counts, what to do with it, and each item. */
export function RunDetail({ id }: { id: string }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const because = useBecause('profile');
  const { language } = useI18n();
  const run = useRun(id);
  if (run.isPending) return <Waiting />;
  if (run.isError) return <ErrorView error={run.error} onRetry={() => void run.refetch()} />;
  const r = run.data;
  const path = { params: { path: { id } } };
  const again = () => client.invalidateQueries({ queryKey: ['profile'] });
  const undo = () =>
    confirm({
      title: t('undo.title', { n: r.changed }),
      detail: t('undo.detail'),
      action: t('undo'),
      onConfirm: async () => {
        await ok(api.POST('/api/profile/runs/{id}/undo', path));
        done(t('undo.begun'));
        await again();
      },
    });
  const stop = () =>
    confirm({
      title: t(r.state === 'undoing' ? 'stop.undo.title' : 'stop.title'),
      detail: t('stop.detail'),
      action: t('stop'),
      onConfirm: async () => {
        await ok(api.POST('/api/profile/runs/{id}/stop', path));
        done(t('stop.done'));
        await again();
      },
    });
  const broken = r.state === 'failed' || r.state === 'stopped';
  const busy = r.state === 'checking' || r.state === 'running' || r.state === 'undoing';
  const may = can('profile.batch');
  return (
    <div className="q-stack">
      {busy && (
        <JobProgress
          job={{
            title: t(`run.state.${r.state}`),
            done: r.done,
            total: (r.state === 'undoing' ? r.changed : r.total) || undefined,
            startedAt: r.createdAt,
          }}
        />
      )}
      {r.error && <Notice tone="error" title={because(r.error)} />}
      {r.state === 'draft' && (
        <Notice tone="info" title={t('draft')}>
          {t('draft.detail')}
        </Notice>
      )}
      {r.state === 'checked' && (
        <Notice tone="info" title={t('checked', { n: r.changed, failed: r.failed })} />
      )}
      <Facts
        items={[
          {
            name: t('state'),
            value: <StateBadge tone={tones[r.state]}>{t(`run.state.${r.state}`)}</StateBadge>,
          },
          { name: t('run.done'), value: <NumberText value={r.done} /> },
          { name: t('run.changed'), value: <NumberText value={r.changed} /> },
          { name: t('run.failed'), value: <NumberText value={r.failed} /> },
          ...(r.state === 'undone' || r.phase === 'undoing'
            ? [
                { name: t('run.undone'), value: <NumberText value={r.undone} /> },
                { name: t('run.kept'), value: <NumberText value={r.kept} />, hint: t('run.kept.hint') },
              ]
            : []),
        ]}
      />
      {may && (
        <div className="q-row">
          {r.state === 'checked' && (
            <Button
              look="primary"
              disabled={r.changed === 0}
              onClick={async () => {
                await ok(api.POST('/api/profile/imports/{id}/start', path));
                await again();
              }}
            >
              {t('import.start', { n: r.changed })}
            </Button>
          )}
          {(r.state === 'running' || r.state === 'undoing') && (
            <Button icon="stop" onClick={stop}>
              {t('stop')}
            </Button>
          )}
          {(r.state === 'done' || (broken && r.phase === 'running')) && r.changed > 0 && (
            <Button icon="undo" onClick={undo}>
              {t('undo')}
            </Button>
          )}
          {((broken && r.phase !== 'checking') ||
            (r.state === 'done' && r.kind === 'import' && r.failed > 0)) && (
            <Button
              icon="reload"
              onClick={async () => {
                await ok(api.POST('/api/profile/runs/{id}/retry', path));
                await again();
              }}
            >
              {t(broken ? (r.phase === 'undoing' ? 'retry.undo' : 'retry.on') : 'retry')}
            </Button>
          )}
          {!busy && r.state !== 'draft' && (
            <Button
              icon="download"
              onClick={() =>
                window.location.assign(
                  `/api/profile/runs/${id}/report.csv${language === 'en' ? '?english=true' : ''}`,
                )
              }
            >
              {t('report')}
            </Button>
          )}
        </div>
      )}
      <Items id={id} />
    </div>
  );
}

function Items({ id }: { id: string }) {
  const t = useT();
  const because = useBecause('profile');
  const [state, setState] = useState<'all' | Item['state']>('all');
  const columns: Column<Item>[] = [
    { key: 'seq', title: t('item.seq'), width: 70, render: (row) => row.seq },
    {
      key: 'customer',
      title: t('customer'),
      width: 170,
      render: (row) =>
        row.customerId ? (
          <Link to={`/customer/${row.customerId}`}>{row.name || t('nameless')}</Link>
        ) : (
          row.label || '–'
        ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      render: (row) => <StateBadge tone={itemTones[row.state]}>{t(`item.${row.state}`)}</StateBadge>,
    },
    {
      key: 'text',
      title: t('item.text'),
      render: (row) => row.reasons?.map(because).join(t('reasons.mark')) || row.text,
    },
  ];
  return (
    <DataTable<Item>
      id="profile.items"
      label={t('items')}
      columns={columns}
      rowKey={(row) => String(row.seq)}
      queryKey={['profile', 'runs', 'items', id, state]}
      load={({ after, limit, signal }) =>
        ok(
          api.GET('/api/profile/runs/{id}/items', {
            params: {
              path: { id },
              query: { after, limit, state: state === 'all' ? undefined : state },
            },
            signal,
          }),
        )
      }
      empty={{ title: t('items.empty') }}
      tools={
        <Switcher
          label={t('state')}
          value={state}
          onChange={setState}
          options={(['all', 'changed', 'failed'] as const).map((one) => ({
            value: one,
            label: t(`item.${one}`),
          }))}
        />
      }
    />
  );
}
