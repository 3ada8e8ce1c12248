import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { picture } from '@/lib/picture';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu, Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { Icon } from '@/parts/Icon';
import { NumberText } from '@/parts/NumberText';
import { Page } from '@/parts/Page';
import { Labels } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { downloadQr, useRemove } from './actions';
import { CodeState } from './code-state';
import { CodeSummary } from './code-summary';
import { PosterDialog } from './poster-dialog';
import { useT } from './strings';
import { type Code, codeStates, namesOf } from './words';
import './channelcode.css';

/** All channel codes in reach, the newest first. */
export default function ListPage() {
  const t = useT();
  const can = useCan();
  const filters = useUrlFilters('q', 'member', 'status');
  const [poster, setPoster] = useState<Code | null>(null);
  useLive('channelcode', [['channelcode']]);
  const query = {
    q: filters.one('q'),
    member: filters.one('member'),
    status: filters.one('status') as Code['status'] | undefined,
  };
  const write = can('channelcode.write');
  const create = write && (
    <Button look="primary" icon="add" to="/channelcode/new">
      {t('new')}
    </Button>
  );
  const columns: Column<Code>[] = [
    { key: 'name', title: t('code'), fixed: true, width: 220, render: (code) => <CodeName code={code} /> },
    {
      key: 'status',
      title: t('status'),
      width: 100,
      render: (code) => <CodeState code={code} />,
    },
    {
      key: 'duty',
      title: t('duty'),
      hint: t('duty.hint'),
      width: 160,
      render: (code) => <Labels texts={namesOf(code, code.onDuty)} limit={2} />,
    },
    ...(['today', 'added', 'lost', 'deleted'] as const).map((key) => ({
      key,
      title: t(key),
      hint: t(`${key}.hint`),
      width: 88,
      align: 'right' as const,
      render: (code: Code) => <NumberText value={code.counters[key]} />,
    })),
    {
      key: 'created',
      title: t('created'),
      width: 104,
      render: (code) => <TimeText at={Date.parse(code.createdAt)} />,
    },
    {
      key: 'next',
      title: t('next'),
      hint: t('next.hint'),
      width: 150,
      optional: true,
      render: (code) => (
        <TimeText at={code.nextChange ? Date.parse(code.nextChange) : undefined} show="time" />
      ),
    },
    {
      key: 'state',
      title: t('state'),
      hint: t('state.hint'),
      width: 170,
      optional: true,
      render: (code) => <code>{code.state}</code>,
    },
    {
      key: 'actions',
      title: '',
      width: write ? 88 : 56,
      render: (code) => <RowActions code={code} write={write} onPoster={() => setPoster(code)} />,
    },
  ];

  return (
    <Page title={t('title')} meaning={t('meaning')} actions={create}>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="channelcode.list"
        items={[
          { key: 'member', label: t('member'), kind: 'member', multiple: false },
          {
            key: 'status',
            label: t('status'),
            kind: 'choice',
            options: codeStates.map((state) => ({ value: state, label: t(`status.${state}`) })),
          },
        ]}
      />
      <DataTable<Code>
        id="channelcode.list"
        label={t('title')}
        rowKey={(code) => code.id}
        queryKey={['channelcode', 'list', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/channelcode/codes', { params: { query: { ...query, after, limit } }, signal }))
        }
        columns={columns}
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint'), action: create }}
        drawer={(id, code) => ({
          title: code?.name ?? t('code'),
          href: `/channelcode/${id}`,
          content: <CodeSummary id={id} />,
          actions: write && (
            <Button size="small" icon="edit" to={`/channelcode/${id}/edit`}>
              {t('edit.short')}
            </Button>
          ),
        })}
      />
      {poster && <PosterDialog code={poster} onClose={() => setPoster(null)} />}
    </Page>
  );
}

function CodeName({ code }: { code: Code }) {
  const t = useT();
  return (
    <span className="channelcode-name">
      {code.qr ? (
        <img className="channelcode-thumb" src={picture(code.qr)} alt="" loading="lazy" />
      ) : (
        <span className="channelcode-thumb" title={t('preparing')}>
          <Icon name="acquire" />
        </span>
      )}
      <span className="channelcode-words">
        <Link to={`/channelcode/${code.id}`}>{code.name}</Link>
        {code.remark && <small className="q-faint">{code.remark}</small>}
      </span>
    </span>
  );
}

function RowActions({ code, write, onPoster }: { code: Code; write: boolean; onPoster: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const remove = useRemove();
  const actions = [
    { key: 'poster', label: t('poster'), icon: 'image' as const, disabled: !code.qr, onClick: onPoster },
    {
      key: 'qr',
      label: t('downloadQr'),
      icon: 'download' as const,
      disabled: !code.qr,
      onClick: () => downloadQr(code),
    },
    {
      key: 'open',
      label: t('open'),
      icon: 'data' as const,
      onClick: () => navigate({ to: `/channelcode/${code.id}` }),
    },
  ];
  const destroy = {
    key: 'remove',
    label: t('remove'),
    icon: 'remove' as const,
    danger: true,
    onClick: () => remove(code),
  };
  return (
    <span className="q-row">
      {write && (
        <Button
          size="small"
          look="quiet"
          icon="edit"
          hint={t('edit.short')}
          to={`/channelcode/${code.id}/edit`}
        />
      )}
      <ActionMenu
        size="small"
        label={t('more', { name: code.name })}
        actions={write ? [...actions, destroy] : actions}
      />
    </span>
  );
}
