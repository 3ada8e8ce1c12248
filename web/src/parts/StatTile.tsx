import { Link } from '@tanstack/react-router';
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { Icon } from './Icon';
import { NumberText } from './NumberText';
import { useT } from './strings';
import './style/page.css';

export interface StatTileProps {
  title: string;
  /** What exactly is counted; shown on hover of the question mark. */
  definition: string;
  value: number | undefined;
  as?: 'count' | 'percent' | 'money';
  /** The same figure for the period before; with its name ("昨日"). */
  previous?: number;
  previousName?: string;
  /** Whether more is better ("up"), worse ("down"), or neither. */
  better?: 'up' | 'down' | 'neither';
  /** One value a day, oldest first: a line from zero. */
  series?: readonly number[];
  /** The same counted in another way, below the figure. */
  note?: string;
  /** The rows behind the figure. */
  href?: string;
  /** The figure asks somebody to act. */
  alarm?: 'warning' | 'error';
}

/** One figure with its definition, its comparison and the way to its rows. */
export function StatTile(props: StatTileProps) {
  const body = (
    <>
      <span className="q-tile-title">
        {props.alarm && <Icon name={props.alarm} className={`q-tone-${props.alarm}`} />}
        {props.title}
        {props.definition && (
          <Tooltip title={props.definition}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the definition has to be reachable by keyboard. */}
            <span tabIndex={0} role="img" aria-label={props.definition}>
              <Icon name="help" />
            </span>
          </Tooltip>
        )}
      </span>
      <span className="q-tile-value">
        <NumberText value={props.value} as={props.as} />
        {props.series && props.series.length > 1 && <Spark values={props.series} />}
      </span>
      {props.note && <span className="q-tile-change">{props.note}</span>}
      <Change {...props} />
    </>
  );
  return props.href ? (
    <Link to={props.href} className="q-card q-tile">
      {body}
    </Link>
  ) : (
    <div className="q-card q-tile">{body}</div>
  );
}

/** Tiles side by side. */
export function Tiles({ children }: { children: ReactNode }) {
  return <div className="q-tiles">{children}</div>;
}

function Change({ value, previous, previousName, better = 'up', as }: StatTileProps) {
  const t = useT();
  if (value === undefined || previous === undefined) return null;
  const difference = value - previous;
  const good =
    better === 'neither' || difference === 0 ? '' : difference > 0 === (better === 'up') ? 'up' : 'down';
  return (
    <span className="q-tile-change">
      {previousName ?? t('before')} <NumberText value={previous} as={as} />
      {difference !== 0 && (
        <span className={good && `q-tile-${good}`}>
          {' '}
          <Icon name={difference > 0 ? 'up' : 'fall'} label={difference > 0 ? t('more') : t('less')} />
          <NumberText value={Math.abs(difference)} as={as} />
        </span>
      )}
    </span>
  );
}

function Spark({ values }: { values: readonly number[] }) {
  const top = Math.max(...values, 1);
  const step = 84 / (values.length - 1);
  const points = values
    .map((value, i) => `${(i * step).toFixed(1)},${(26 - (value / top) * 24).toFixed(1)}`)
    .join(' ');
  return (
    <svg className="q-spark" viewBox="0 0 84 28" aria-hidden="true">
      <line x1="0" y1="27" x2="84" y2="27" stroke="var(--q-border)" />
      <polyline
        points={points}
        fill="none"
        stroke="var(--q-link)"
        strokeWidth="1.600"
        strokeLinejoin="round"
      />
    </svg>
  );
}
