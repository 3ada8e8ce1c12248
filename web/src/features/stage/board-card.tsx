import type { KeyboardEvent } from 'react';
import { ActionMenu } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import type { Held } from './board';
import type { Stage, StageCard } from './data';
import { Refused } from './refused';
import { useT } from './strings';

/** One customer on the board. Carried by mouse, by keyboard, or sent by its menu. */
export function BoardCard(props: {
  card: StageCard;
  stages: Stage[];
  movable: boolean;
  carried: boolean;
  onHold: (held: Held | undefined) => void;
  onMove: (card: StageCard, stage: string) => void;
  onKey: (event: KeyboardEvent, card: StageCard) => void;
}) {
  const { card, stages, movable, carried, onHold } = props;
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card holds a link and a menu, which a button may not
    <div
      role="group"
      className={`stage-card q-card${carried ? ' stage-card-carried' : ''}`}
      draggable={movable}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card is carried by keys
      tabIndex={0}
      aria-label={t('card', { name: card.name || t('nameless'), member: card.memberName })}
      data-customer={card.name}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', card.name);
        onHold({ card, over: card.stage, keys: false });
      }}
      onDragEnd={() => onHold(undefined)}
      onBlur={() => carried && onHold(undefined)}
      onKeyDown={(event) => props.onKey(event, card)}
    >
      <div className="stage-card-head">
        <CustomerOf row={card} id={card.customerId} size={28} draggable={false} />
        {movable && (
          <ActionMenu
            size="small"
            label={t('moveTo')}
            actions={stages
              .filter((stage) => stage.id !== card.stage)
              .map((stage) => ({
                key: stage.id,
                label: t('moveTo.stage', { stage: stage.name }),
                onClick: () => props.onMove(card, stage.id),
              }))}
          />
        )}
      </div>
      <div className="stage-card-foot">
        <span>{card.memberName}</span>
        <span className="q-faint">
          <TimeText at={Date.parse(card.enteredAt)} />
        </span>
      </div>
      {card.gone && <StateBadge tone="quiet">{t('gone')}</StateBadge>}
      {card.overdue && card.dueAt && (
        <StateBadge tone="bad" hint={t('overdue.hint', { n: card.reminded })}>
          {t('overdue')}
        </StateBadge>
      )}
      <Refused card={card} />
    </div>
  );
}
