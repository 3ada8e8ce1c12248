import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { Page } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { DeviceName } from './device';
import type { SessionView } from './session';
import { useT } from './strings';

/** Who is signed in where, with the way to end it. */
export default function SessionsPage() {
  const t = useT();
  const filters = useUrlFilters('q');
  const query = { q: filters.one('q') };
  const columns: Column<SessionView>[] = [
    {
      key: 'name',
      title: t('sessions.who'),
      fixed: true,
      width: 190,
      render: (row) => (
        <span className="q-row">
          {row.name}
          {row.own && <StateBadge tone="good">{t('sessions.this')}</StateBadge>}
        </span>
      ),
    },
    { key: 'method', title: t('method'), width: 130, render: (row) => t(`method.${row.method}`) },
    {
      key: 'device',
      title: t('sessions.device'),
      width: 180,
      render: (row) => <DeviceName agent={row.agent} />,
    },
    {
      key: 'address',
      title: t('sessions.address'),
      hint: t('sessions.address.hint'),
      width: 150,
      render: (row) => <span className="q-num">{row.address || '–'}</span>,
    },
    {
      key: 'created',
      title: t('sessions.created'),
      width: 140,
      render: (row) => <TimeText at={row.createdAt} />,
    },
    {
      key: 'seen',
      title: t('sessions.seen'),
      hint: t('sessions.seen.hint'),
      width: 140,
      render: (row) => <TimeText at={row.seenAt} />,
    },
    { key: 'actions', title: t('actions'), width: 80, render: (row) => <Actions row={row} /> },
  ];
  return (
    <Page title={t('sessions')} meaning={t('sessions.meaning')}>
      <FilterBar filters={filters} search={{ key: 'q', placeholder: t('sessions.search') }} items={[]} />
      <DataTable<SessionView>
        id="account.sessions"
        label={t('sessions')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['account', 'everybody', query]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/account/everybody/sessions', {
              params: { query: { ...query, after, limit } },
              signal,
            }),
          )
        }
        filters={filters}
        empty={{ title: t('sessions.none') }}
      />
    </Page>
  );
}

function Actions({ row }: { row: SessionView }) {
  const t = useT();
  const client = useQueryClient();
  const { confirm } = useFeedback();
  const path = { params: { path: { id: row.id } } };
  const end = (everywhere: boolean) =>
    confirm({
      title: t(everywhere ? 'sessions.endAll.title' : 'sessions.end.title', { name: row.name }),
      action: t('sessions.end'),
      danger: true,
      onConfirm: async () => {
        await ok(
          everywhere
            ? api.POST('/api/account/everybody/sessions/{id}/all', path)
            : api.DELETE('/api/account/everybody/sessions/{id}', path),
        );
        await client.invalidateQueries({ queryKey: ['account', 'everybody'] });
      },
    });
  return (
    <ActionMenu
      label={t('actions')}
      actions={[
        { key: 'end', label: t('sessions.end'), icon: 'signOut', onClick: () => void end(false) },
        {
          key: 'all',
          label: t('sessions.endAll'),
          icon: 'stop',
          danger: true,
          onClick: () => void end(true),
        },
      ]}
    />
  );
}
