import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import type { UrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { ExportButton } from '@/parts/ExportButton';
import { MemberTag } from '@/parts/MemberTag';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import type { Selection } from '@/parts/table-selection';
import { BulkDialog } from './bulk-dialog';
import { classTone, type Flow, type Query, type StageCard, standing } from './data';
import { MoveDialog } from './move-dialog';
import { Refused } from './refused';
import { useT } from './strings';

const at = (value: string | undefined) => (value ? <TimeText at={Date.parse(value)} /> : '–');

/** The flow's customers as a table, with moves of one and of many. */
export function StageList({ flow, query, filters }: { flow: Flow; query: Query; filters: UrlFilters }) {
  const t = useT();
  const can = useCan();
  const [moving, setMoving] = useState<StageCard>();
  const [many, setMany] = useState<{ selection: Selection; clear: () => void }>();
  const stages = standing(flow);
  const path = { id: flow.id };

  const columns: Column<StageCard>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 220,
      render: (row) => <CustomerOf row={row} id={row.customerId} />,
    },
    {
      key: 'member',
      title: t('member'),
      width: 150,
      render: (row) => <MemberTag name={row.memberName} department={row.department || undefined} />,
    },
    {
      key: 'stage',
      title: t('stage'),
      width: 120,
      render: (row) => {
        const stage = stages.find((one) => one.id === row.stage);
        return (
          <>
            {stage ? <StateBadge tone={classTone[stage.class]}>{stage.name}</StateBadge> : '–'}
            {row.gone && (
              <div>
                <StateBadge tone="quiet" hint={t('gone.hint')}>
                  {t('gone')}
                </StateBadge>
              </div>
            )}
            {row.refused && (
              <div>
                <Refused card={row} />
              </div>
            )}
          </>
        );
      },
    },
    {
      key: 'entered',
      title: t('entered'),
      hint: t('entered.hint'),
      width: 140,
      render: (row) => at(row.enteredAt),
    },
    {
      key: 'followed',
      title: t('followed'),
      hint: t('followed.hint'),
      width: 115,
      render: (row) => at(row.followedAt),
    },
    {
      key: 'due',
      title: t('due'),
      hint: t('due.hint'),
      width: 120,
      render: (row) => (
        <>
          {at(row.dueAt)}
          {row.overdue && (
            <div>
              <StateBadge tone="bad" hint={t('overdue.hint', { n: row.reminded })}>
                {t('overdue')}
              </StateBadge>
            </div>
          )}
        </>
      ),
    },
    { key: 'joined', title: t('joined'), width: 130, optional: true, render: (row) => at(row.joinedAt) },
    {
      key: 'act',
      title: '',
      width: 90,
      render: (row) =>
        can('stage.move') &&
        !row.gone && (
          <Button look="quiet" size="small" onClick={() => setMoving(row)}>
            {t('move')}
          </Button>
        ),
    },
  ];

  return (
    <>
      <DataTable<StageCard>
        id="stage.list"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.follow}
        queryKey={['stage', 'list', flow.id, query]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/stage/flows/{id}/cards', {
              params: { path, query: { ...query, after, limit } },
              signal,
            }),
          )
        }
        count={(signal) =>
          ok(api.GET('/api/stage/flows/{id}/cards/count', { params: { path, query }, signal }))
        }
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint') }}
        bulk={
          can('stage.bulk')
            ? (selection, clear) => (
                <Button size="small" onClick={() => setMany({ selection, clear })}>
                  {t('bulk')}
                </Button>
              )
            : undefined
        }
        tools={
          can('stage.export') && <ExportButton list="stage.cards" filter={{ flow: flow.id, ...query }} />
        }
      />
      {moving && <MoveDialog card={moving} stages={stages} onClose={() => setMoving(undefined)} />}
      {many && (
        <BulkDialog
          flow={flow}
          selection={
            many.selection.all ? { except: many.selection.except } : { follows: many.selection.keys }
          }
          matching={many.selection.all ? query : undefined}
          count={many.selection.count}
          onClose={() => setMany(undefined)}
          onDone={many.clear}
        />
      )}
    </>
  );
}
