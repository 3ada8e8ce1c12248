import { Tooltip } from 'antd';
import { useI18n } from '@/lib/i18n';
import { useNow } from '@/lib/now';
import { formatDay, formatRelative, formatSeconds, formatTime, useTimeZone } from '@/lib/time';
import { useT } from './strings';

/**
 * A time (unix milliseconds) in the corp's time zone. By default relative, with
 * the exact time on hover; "time" and "seconds" show 2026-11-22 14:05(:09) with the
 * relative one on hover; "day" shows the date alone. 0 and undefined show a dash.
 */
export function TimeText(props: {
  at: number | undefined | null;
  show?: 'relative' | 'time' | 'seconds' | 'day';
}) {
  const { at, show = 'relative' } = props;
  const { language } = useI18n();
  const zone = useTimeZone();
  const now = useNow();
  const t = useT();
  if (!at) return <span className="q-faint">–</span>;
  const relative = Math.abs(at - now) < 45_000 ? t('justNow') : formatRelative(language, zone, now, at);
  const exact = `${formatSeconds(zone, at)} ${t('zone', { zone })}`;
  const text = {
    relative,
    time: formatTime(zone, at),
    seconds: formatSeconds(zone, at),
    day: formatDay(zone, at),
  }[show];
  return (
    <Tooltip title={show === 'relative' ? exact : `${relative} · ${exact}`}>
      <time dateTime={new Date(at).toISOString()} className="q-num">
        {text}
      </time>
    </Tooltip>
  );
}
