import { Tooltip } from 'antd';
import './style/badges.css';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** A state as a word with a coloured dot; never colour alone. The hint says why it is so. */
export function StateBadge({ tone, children, hint }: { tone: Tone; children: string; hint?: string }) {
  const badge = (
    <span className={`q-badge q-badge-${tone}`}>
      <i aria-hidden="true" />
      {children}
    </span>
  );
  return hint ? <Tooltip title={hint}>{badge}</Tooltip> : badge;
}

/** A small label, such as a customer's tag. */
export function Label({ children, hint }: { children: string; hint?: string }) {
  const label = <span className="q-label">{children}</span>;
  return hint ? <Tooltip title={hint}>{label}</Tooltip> : label;
}

/** Labels in a row; those beyond the limit are counted and listed on hover. */
export function Labels({ texts, limit = 3 }: { texts: readonly string[]; limit?: number }) {
  if (texts.length === 0) return <span className="q-faint">–</span>;
  const rest = texts.slice(limit);
  return (
    <span className="q-labels">
      {texts.slice(0, limit).map((text) => (
        <Label key={text}>{text}</Label>
      ))}
      {rest.length > 0 && (
        <Tooltip title={rest.join(' · ')}>
          <span className="q-label q-label-more">+{rest.length}</span>
        </Tooltip>
      )}
    </span>
  );
}
