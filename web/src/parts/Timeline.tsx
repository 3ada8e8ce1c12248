import type { ReactNode } from 'react';
import { formatDay, useTimeZone } from '@/lib/time';
import { Empty } from './Empty';
import { Icon, type IconName } from './Icon';
import type { Tone } from './StateBadge';
import { useT } from './strings';
import { TimeText } from './TimeText';
import './style/timeline.css';

export interface TimelineEntry {
  id: string;
  /** Unix milliseconds. */
  at: number;
  icon: IconName;
  tone?: Tone;
  /** What happened, in one line. */
  title: ReactNode;
  /** Who did it. */
  by?: ReactNode;
  detail?: ReactNode;
}

/** What happened, newest first, under headings of days (of the corp's time zone). */
export function Timeline(props: { entries: readonly TimelineEntry[]; empty?: string; more?: ReactNode }) {
  const t = useT();
  const zone = useTimeZone();
  if (props.entries.length === 0) return <Empty compact title={props.empty ?? t('nothingHappened')} />;
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of props.entries) {
    const day = formatDay(zone, entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <div className="q-timeline">
      {[...days].map(([day, entries]) => (
        <section key={day}>
          <h3 className="q-num">{day}</h3>
          <ol>
            {entries.map((entry) => (
              <li key={entry.id}>
                <span className={`q-timeline-mark q-badge-${entry.tone ?? 'quiet'}`}>
                  <Icon name={entry.icon} />
                </span>
                <div className="q-grow">
                  <div className="q-timeline-line">
                    <span>{entry.title}</span>
                    <span className="q-faint">
                      {entry.by && <>{entry.by} · </>}
                      <TimeText at={entry.at} />
                    </span>
                  </div>
                  {entry.detail && <div className="q-timeline-detail">{entry.detail}</div>}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {props.more}
    </div>
  );
}
