import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import './style/page.css';

/** Names and values below one another, as on the left of a detail page. Empty values show a dash. */
export function Facts({ items }: { items: readonly { name: string; value: ReactNode; hint?: string }[] }) {
  return (
    <dl className="q-facts">
      {items.map(({ name, value, hint }) => (
        <FactRow key={name} name={name} hint={hint} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value, hint }: { name: string; value: ReactNode; hint?: string }) {
  const missing = value === undefined || value === null || value === '';
  return (
    <>
      <dt>{hint ? <Hint text={hint}>{name}</Hint> : name}</dt>
      <dd>{missing ? <span className="q-faint">–</span> : value}</dd>
    </>
  );
}

/** A word with an explanation on hover or focus. */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tooltip title={text}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: explanations have to be reachable by keyboard. */}
      <span className="q-hinted" tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}
