import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { formatBytes } from '@/lib/measure';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { FileActions } from '@/parts/FileActions';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { FindDialog } from './find-dialog';
import { RequestDetail } from './request-detail';
import { useT } from './strings';
import { type Request, tone } from './words';

/** All requests, the newest first. */
export function Requests() {
  const t = useT();
  const can = useCan();
  const [finding, find] = useState(false);
  const columns: Column<Request>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 220,
      render: (row) =>
        row.customerName || (
          <span className="q-faint">{t('customer.hash', { hash: row.hash.slice(0, 12) })}</span>
        ),
    },
    { key: 'kind', title: t('kind'), width: 90, render: (row) => t(`kind.${row.kind}`) },
    { key: 'state', title: t('state'), width: 130, render: (row) => <RequestState request={row} /> },
    { key: 'asker', title: t('asker'), width: 130, render: (row) => t(`asker.${row.asker}`) },
    { key: 'by', title: t('by'), width: 120, render: (row) => row.by },
    { key: 'created', title: t('created'), width: 130, render: (row) => <TimeText at={row.createdAt} /> },
    { key: 'actions', title: '', width: 190, render: (row) => <RequestActions request={row} /> },
  ];
  const add =
    can('privacy.export') || can('privacy.erase') ? (
      <Button look="primary" icon="add" onClick={() => find(true)}>
        {t('new')}
      </Button>
    ) : undefined;
  return (
    <>
      <DataTable<Request>
        id="privacy.requests"
        label={t('requests')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['privacy', 'requests']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/privacy/requests', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('empty'), hint: t('empty.hint'), action: add }}
        tools={add}
        drawer={(id, row) => ({
          title: row ? t(`kind.${row.kind}.title`) : t('title'),
          content: <RequestDetail id={id} />,
        })}
        drawerWidth={640}
      />
      {finding && <FindDialog onClose={() => find(false)} />}
    </>
  );
}

export function RequestState({ request }: { request: Request }) {
  const t = useT();
  const because = useBecause('privacy');
  const through = request.parts.filter((part) => part.done).length;
  const badge = (
    <StateBadge tone={tone[request.state]}>
      {request.state === 'running' && request.kind === 'erase'
        ? t('state.through', { n: through, of: request.parts.length })
        : t(`state.${request.state}`)}
    </StateBadge>
  );
  return request.error ? <Hint text={because(request.error)}>{badge}</Hint> : badge;
}

/** What can be done with a request: fetch what came of it, cancel it while that is possible. */
export function RequestActions({ request }: { request: Request }) {
  const t = useT();
  const { language } = useI18n();
  const can = useCan();
  const client = useQueryClient();
  const file = request.kind === 'export' && request.state === 'done';
  const open = request.state === 'waiting' || (request.state === 'running' && request.kind === 'export');
  const may = request.mine || can('privacy.erase');
  const at = `/api/privacy/requests/${request.id}`;
  return (
    <span className="q-row">
      {request.kind === 'erase' && request.state === 'done' && (
        <Button
          size="small"
          icon="download"
          onClick={() => window.location.assign(`${at}/certificate?english=${String(language === 'en')}`)}
        >
          {t('certificate')}
        </Button>
      )}
      <FileActions
        words={t}
        from={file && request.mine && can('privacy.export') ? `${at}/file` : undefined}
        hint={formatBytes(request.bytes)}
        act={(open || file) && may ? (open ? 'cancel' : 'remove') : undefined}
        onAct={() => ok(api.DELETE('/api/privacy/requests/{id}', { params: { path: { id: request.id } } }))}
        onActed={() => client.invalidateQueries({ queryKey: ['privacy'] })}
      />
    </span>
  );
}
