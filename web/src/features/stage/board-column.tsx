import { useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import type { Held } from './board';
import { BoardCard } from './board-card';
import { BulkDialog } from './bulk-dialog';
import { type Column, classTone, type Flow, type Query, type Stage, type StageCard } from './data';
import { useT } from './strings';

const pageSize = 20;

/** One stage: its count, its cards page by page, and the place where cards are dropped. */
export function BoardColumn(props: {
  flow: Flow;
  stage: Stage;
  stages: Stage[];
  query: Query;
  column?: Column;
  held?: Held;
  onHold: (held: Held | undefined) => void;
  onDrop: (card: StageCard, stage: string) => void;
  onKey: (event: KeyboardEvent, card: StageCard) => void;
}) {
  const { flow, stage, query, column, held, onHold, onDrop } = props;
  const t = useT();
  const can = useCan();
  const [all, setAll] = useState(false);
  const pages = useInfiniteQuery({
    queryKey: ['stage', 'cards', flow.id, stage.id, query],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET('/api/stage/flows/{id}/cards', {
          params: {
            path: { id: flow.id },
            query: { ...query, stage: [stage.id], after: pageParam, limit: pageSize },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
  const cards = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const target = held !== undefined && held.over === stage.id;
  const overdue = column?.overdue.count ?? 0;

  return (
    <section
      id={`stage-${stage.id}`}
      className={`stage-column${target ? ' stage-column-target' : ''}`}
      aria-label={stage.name}
      onDragOver={(event) => {
        if (!held || held.keys) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        if (held.over !== stage.id) onHold({ ...held, over: stage.id });
      }}
      onDrop={(event) => {
        event.preventDefault();
        if (held) onDrop(held.card, stage.id);
      }}
    >
      <header>
        <h2>
          <StateBadge tone={classTone[stage.class]} hint={stage.note || t(`class.${stage.class}`)}>
            {stage.name}
          </StateBadge>
        </h2>
        <span className="q-row">
          <span className="q-num">
            {column ? t(column.count.exact ? 'count' : 'count.more', { n: column.count.count }) : '…'}
          </span>
          {can('stage.bulk') && !query.gone && cards.length > 0 && (
            <Button
              look="quiet"
              size="small"
              icon="right"
              label={t('column.all', { stage: stage.name })}
              onClick={() => setAll(true)}
            />
          )}
        </span>
      </header>
      {overdue > 0 && <p className="stage-overdue">{t('overdue.n', { n: overdue })}</p>}
      <div className="stage-cards">
        {pages.isPending && <Waiting rows={3} />}
        {pages.isError && <ErrorView compact error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.data && cards.length === 0 && <p className="stage-empty">{t('column.empty')}</p>}
        {cards.map((card) => (
          <BoardCard
            key={card.id}
            card={card}
            stages={props.stages}
            movable={can('stage.move') && !card.gone}
            carried={held?.card.id === card.id}
            onHold={onHold}
            onMove={onDrop}
            onKey={props.onKey}
          />
        ))}
        {pages.hasNextPage && (
          <Button block look="quiet" onClick={async () => void (await pages.fetchNextPage())}>
            {t('more')}
          </Button>
        )}
      </div>
      {all && (
        <BulkDialog
          flow={flow}
          matching={{ ...query, stage: [stage.id] }}
          count={column?.count.exact ? column.count.count : undefined}
          onClose={() => setAll(false)}
        />
      )}
    </section>
  );
}
