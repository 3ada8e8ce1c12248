import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { CallbackDetail } from './callback-detail';
import { useT } from './strings';
import { Who } from './who';
import { type Callback, callbackStates, callbackTone, spentWords } from './words';

/** Everything WeCom told us, the newest first. */
export function Callbacks() {
  const t = useT();
  const { text } = useI18n();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters('q', 'state', 'event', 'member', 'received');
  const kinds = useQuery({
    queryKey: ['eventlog', 'kinds'],
    queryFn: ({ signal }) => ok(api.GET('/api/eventlog/callbacks/kinds', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useLive('inbox', [['eventlog', 'callbacks']]);

  const chosen = {
    q: filters.one('q'),
    state: filters.one('state') as Callback['state'] | undefined,
    event: filters.one('event'),
    member: filters.one('member'),
  };
  const period = filters.one('received');
  const eventName = (kind: string) => text(`event.${kind}`, undefined, kind);

  const columns: Column<Callback>[] = [
    {
      key: 'event',
      title: t('event'),
      fixed: true,
      width: 200,
      render: (row) => (row.event === '?' ? t('unreadable') : eventName(row.event)),
    },
    { key: 'about', title: t('about'), render: (row) => <Who about={row.about} /> },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      render: (row) => (
        <StateBadge tone={callbackTone[row.state]} hint={row.error || undefined}>
          {t(`state.${row.state}`)}
        </StateBadge>
      ),
    },
    {
      key: 'received',
      title: t('received'),
      hint: t('received.hint'),
      width: 140,
      render: (row) => <TimeText at={row.receivedAt} />,
    },
    {
      key: 'spent',
      title: t('spent'),
      hint: t('spent.hint'),
      width: 110,
      align: 'right',
      render: (row) => spentWords(row.receivedAt, row.doneAt),
    },
    {
      key: 'deliveries',
      title: t('deliveries'),
      hint: t('deliveries.hint'),
      width: 110,
      align: 'right',
      render: (row) =>
        row.deliveries > 1 ? <Hint text={t('deliveries.more')}>{row.deliveries}</Hint> : row.deliveries,
    },
    { key: 'kind', title: t('kind'), width: 300, optional: true, render: (row) => <code>{row.event}</code> },
    {
      key: 'told',
      title: t('told'),
      hint: t('told.hint'),
      width: 180,
      optional: true,
      render: (row) => <TimeText at={row.toldAt} show="seconds" />,
    },
  ];
  if (can('eventlog.replay')) {
    columns.push({
      key: 'actions',
      title: '',
      width: 104,
      render: (row) => <ReplayButton id={row.id} look="quiet" />,
    });
  }

  return (
    <>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="eventlog.callbacks"
        items={[
          {
            key: 'state',
            label: t('state'),
            kind: 'choice',
            options: callbackStates.map((state) => ({ value: state, label: t(`state.${state}`) })),
          },
          {
            key: 'event',
            label: t('event'),
            kind: 'choice',
            options: (kinds.data?.kinds ?? []).map((kind) => ({ value: kind, label: eventName(kind) })),
          },
          { key: 'member', label: t('member'), kind: 'member', multiple: false },
          { key: 'received', label: t('received'), kind: 'period' },
        ]}
      />
      <DataTable<Callback>
        id="eventlog.callbacks"
        label={t('callbacks')}
        rowKey={(row) => row.id}
        queryKey={['eventlog', 'callbacks', { ...chosen, period }]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/eventlog/callbacks', {
              params: { query: { ...chosen, ...periodInstants(period, zone, now), after, limit } },
              signal,
            }),
          )
        }
        columns={columns}
        filters={filters}
        empty={{ title: t('callbacks.none'), hint: t('callbacks.none.hint') }}
        drawer={(id, row) => ({
          title: row ? eventName(row.event) : t('callback'),
          content: <CallbackDetail id={id} />,
          actions: can('eventlog.replay') && <ReplayButton id={id} look="primary" />,
        })}
      />
    </>
  );
}

/** Translates a callback again and says what came of it. */
function ReplayButton({ id, look }: { id: string; look: 'quiet' | 'primary' }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const replay = useMutation({
    mutationFn: () => ok(api.POST('/api/eventlog/callbacks/{id}/replay', { params: { path: { id } } })),
    onSuccess: (row) => {
      done(t(`replayed.${row.state}`));
      return client.invalidateQueries({ queryKey: ['eventlog', 'callbacks'] });
    },
  });
  return (
    <Button size="small" look={look} icon="undo" hint={t('replay.hint')} onClick={() => replay.mutateAsync()}>
      {t('replay')}
    </Button>
  );
}
