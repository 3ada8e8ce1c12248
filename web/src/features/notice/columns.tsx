import { Link } from '@tanstack/react-router';
import type { components } from '@/api/schema';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import type { Column } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import './notice.css';

export type Message = components['schemas']['NoticeView'];

export const states = ['sent', 'waiting', 'held', 'failed', 'off'] as const;

const tones: Record<Message['state'], Tone> = {
  sent: 'good',
  waiting: 'busy',
  held: 'busy',
  failed: 'bad',
  off: 'quiet',
};

/** When, what and what became of it: the columns that both lists of messages have. */
export function useMessageColumns(): Column<Message>[] {
  const t = useT();
  const { language } = useI18n();
  const because = useBecause('notice');
  return [
    { key: 'at', title: t('at'), width: 140, render: (row) => <TimeText at={row.createdAt} /> },
    {
      key: 'kind',
      title: t('kind'),
      width: 170,
      render: (row) => (language === 'en' ? row.kindEN : row.kindZH),
    },
    {
      key: 'text',
      title: t('text'),
      render: (row) => (
        <div className="notice-text">
          {row.href ? <Link to={row.href}>{row.title}</Link> : <b>{row.title}</b>}
          <div className="q-faint">{row.text}</div>
        </div>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 130,
      render: (row) => {
        const badge = <StateBadge tone={tones[row.state]}>{t(`state.${row.state}`)}</StateBadge>;
        return (
          <>
            {row.reason ? <Hint text={because(row.reason)}>{badge}</Hint> : badge}
            {row.state === 'held' && row.heldUntil && (
              <div className="q-faint">
                <TimeText at={row.heldUntil} />
              </div>
            )}
          </>
        );
      },
    },
  ];
}
