import { Progress } from 'antd';
import { useI18n } from '@/lib/i18n';
import { formatNumber } from '@/lib/measure';
import { useNow } from '@/lib/now';
import { useT } from './strings';
import './style/timeline.css';

export interface JobState {
  title: string;
  done: number;
  /** Absent while it is not known. */
  total?: number;
  /** Unix milliseconds; gives the time left. */
  startedAt?: number;
  state?: 'running' | 'done' | 'failed';
}

/** A background job at work: counts, a bar, the time left. */
export function JobProgress({ job }: { job: JobState }) {
  const t = useT();
  const { language } = useI18n();
  const now = useNow();
  const { title, done, total, startedAt, state = 'running' } = job;
  const share = total ? Math.min(100, (done / total) * 100) : undefined;
  const left = state === 'running' ? secondsLeft(done, total, startedAt, now) : undefined;
  return (
    <div>
      <div className="q-progress-words">
        <span className="q-ellipsis">{title}</span>
        <span className="q-num q-faint">
          {formatNumber(language, done)}
          {total !== undefined && ` / ${formatNumber(language, total)}`}
        </span>
      </div>
      {(share !== undefined || state !== 'running') && (
        <Progress
          percent={share ?? 100}
          status={state === 'failed' ? 'exception' : state === 'done' ? 'success' : 'active'}
          showInfo={false}
          size="small"
          aria-label={title}
        />
      )}
      {left !== undefined && <div className="q-faint">{t('left', { time: spell(left, t) })}</div>}
    </div>
  );
}

function secondsLeft(done: number, total?: number, startedAt?: number, now = 0): number | undefined {
  if (!total || !startedAt || done <= 0 || done >= total || now <= startedAt) return undefined;
  return Math.round(((now - startedAt) / done / 1000) * (total - done));
}

function spell(seconds: number, t: ReturnType<typeof useT>): string {
  if (seconds < 60) return t('seconds', { n: Math.max(seconds, 1) });
  if (seconds < 3600) return t('minutes', { n: Math.round(seconds / 60) });
  return t('hours', { n: Math.round(seconds / 3600) });
}
