import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { Button } from '@/parts/Button';
import { Chart } from '@/parts/Chart';
import { ErrorView } from '@/parts/ErrorView';
import { Hint } from '@/parts/Facts';
import { Card, Waiting } from '@/parts/Page';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { LevelBadge, type SignalDoc, signed, useSignalName } from './words';
import './intention.css';

type Data = components['schemas']['IntentionCard'];

const few = 5;

/** One customer's score, and why it is so. */
export default function CustomerIntention({ customer }: { customer: { id: string } }) {
  const t = useT();
  useLive('intention', [['intention', 'customer', customer.id]]);
  const card = useQuery({
    queryKey: ['intention', 'customer', customer.id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/intention/customers/{id}', { params: { path: { id: customer.id } }, signal })),
  });
  return (
    <Card title={t('card')}>
      {card.isPending && <Waiting rows={3} />}
      {card.isError && <ErrorView compact error={card.error} onRetry={() => void card.refetch()} />}
      {card.data && <Score card={card.data} />}
    </Card>
  );
}

function Score({ card }: { card: Data }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const shown = all ? card.reasons : card.reasons.slice(0, few);
  const alive = card.days.some((day) => day.points > 0);
  return (
    <div className="q-stack">
      <div className="q-row">
        <Hint text={t('card.hint', { days: card.halfLife })}>
          <strong className="intention-points q-num">{card.points}</strong>
        </Hint>
        <LevelBadge level={card.level} />
        <span className="q-grow" />
        <span className="q-faint">{card.next > 0 && t('card.next', { n: card.next - card.points })}</span>
      </div>
      {card.fallsAt && (
        <p className="q-faint">
          {t('card.falls')} <TimeText at={Date.parse(card.fallsAt)} show="day" />
        </p>
      )}
      {alive && (
        <Chart
          kind="line"
          label={t('card.trend')}
          height={90}
          categories={card.days.map((day) => day.day.slice(5))}
          series={[{ name: t('points'), values: card.days.map((day) => day.points) }]}
        />
      )}
      {card.reasons.length === 0 && card.others === 0 ? (
        <p className="q-faint">{t('card.none')}</p>
      ) : (
        <ol className="intention-reasons" aria-label={t('card.reasons')}>
          {shown.map((reason) => (
            <Reason key={reason.id} reason={reason} names={card.signals} />
          ))}
          {card.older !== 0 && all && <Sum label={t('card.older')} worth={card.older} />}
          {card.others !== 0 && <Sum label={t('card.others')} worth={card.others} />}
        </ol>
      )}
      {card.reasons.length > few && (
        <Button look="link" onClick={() => setAll(!all)}>
          {all ? t('card.less') : t('card.more', { n: card.reasons.length })}
        </Button>
      )}
    </div>
  );
}

function Reason({ reason, names }: { reason: Data['reasons'][number]; names: readonly SignalDoc[] }) {
  const t = useT();
  const name = useSignalName();
  const about = [reason.memberName, reason.group].filter(Boolean).join(' · ');
  return (
    <li>
      <div className="intention-reason">
        <span>{name(names, reason.signal)}</span>
        <span className="q-faint">
          {about && `${about} · `}
          <TimeText at={Date.parse(reason.at)} />
        </span>
      </div>
      <Hint text={reason.over ? t('card.over') : t('card.worth', { n: signed(reason.points) })}>
        <span className={`q-num intention-worth ${reason.worth < 0 ? 'intention-against' : ''}`}>
          {reason.over ? t('card.over.short') : signed(reason.worth)}
        </span>
      </Hint>
    </li>
  );
}

function Sum({ label, worth }: { label: string; worth: number }) {
  return (
    <li>
      <div className="intention-reason q-faint">{label}</div>
      <span className="q-num intention-worth">{signed(worth)}</span>
    </li>
  );
}
