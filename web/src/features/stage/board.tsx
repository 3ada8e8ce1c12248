import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { ErrorView } from '@/parts/ErrorView';
import { BoardColumn } from './board-column';
import { type Flow, type Query, type StageCard, standing, useMove } from './data';
import { useT } from './strings';

/** A card that is being carried, by mouse or by keyboard, and the column it hangs over. */
export interface Held {
  card: StageCard;
  over: string;
  keys: boolean;
}

/** The stages side by side; cards are carried from one to another. */
export function Board({ flow, query }: { flow: Flow; query: Query }) {
  const t = useT();
  const can = useCan();
  const stages = standing(flow);
  const [held, setHeld] = useState<Held>();
  const [told, setTold] = useState('');
  const move = useMove();
  const board = useQuery({
    queryKey: ['stage', 'board', flow.id, query],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/stage/flows/{id}/board', { params: { path: { id: flow.id }, query }, signal })),
  });
  const name = (id: string) => stages.find((stage) => stage.id === id)?.name ?? '';

  const drop = (card: StageCard, stage: string) => {
    setHeld(undefined);
    if (card.stage === stage) {
      setTold(t('board.stays', { name: card.name, stage: name(stage) }));
      return;
    }
    move.mutate(
      { follow: card.follow, stage },
      { onSuccess: () => setTold(t('board.moved', { name: card.name, stage: name(stage) })) },
    );
  };

  const onKey = (event: React.KeyboardEvent, card: StageCard) => {
    if (event.target !== event.currentTarget || !can('stage.move') || card.gone) return;
    const carried = held?.keys && held.card.id === card.id ? held : undefined;
    if (event.key === ' ' || (event.key === 'Enter' && carried)) {
      event.preventDefault();
      if (carried) {
        drop(card, carried.over);
        return;
      }
      setHeld({ card, over: card.stage, keys: true });
      setTold(t('board.lifted', { name: card.name, stage: name(card.stage) }));
      return;
    }
    if (!carried) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      setHeld(undefined);
      setTold(t('board.back', { name: card.name }));
      return;
    }
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = stages.findIndex((stage) => stage.id === carried.over) + step;
    const next = stages[Math.min(Math.max(at, 0), stages.length - 1)];
    if (!next) return;
    setHeld({ ...carried, over: next.id });
    setTold(t('board.over', { stage: next.name }));
    document.getElementById(`stage-${next.id}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  if (board.isError) return <ErrorView error={board.error} onRetry={() => void board.refetch()} />;
  return (
    <>
      {can('stage.move') && <p className="q-faint stage-help">{t('board.help')}</p>}
      <section className="stage-board" aria-label={t('board')}>
        {stages.map((stage) => (
          <BoardColumn
            key={stage.id}
            flow={flow}
            stage={stage}
            stages={stages}
            query={query}
            column={board.data?.columns.find((one) => one.stage === stage.id)}
            held={held}
            onHold={setHeld}
            onDrop={drop}
            onKey={onKey}
          />
        ))}
      </section>
      <div className="q-hidden" role="status" aria-live="assertive">
        {told}
      </div>
    </>
  );
}
