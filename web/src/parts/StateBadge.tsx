import { Tooltip } from 'antd';
import './style/badges.css';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** A state as a word with a coloured dot; never colour alone. The hint says why it is so. */
export function StateBadge({ tone, children, hint }: { tone: Tone; children: string; hint?: string }) {
  const badge = (
    // The reason has to be reachable by keyboard.
    <span className={`q-badge q-badge-${tone}`} tabIndex={hint ? 0 : undefined}>
      <i aria-hidden="true" />
      {children}
    </span>
  );
  return hint ? <Tooltip title={hint}>{badge}</Tooltip> : badge;
}

/** A small label, such as a customer's tag. */
export function Label({ children, hint }: { children: string; hint?: string }) {
  const label = (
    <span className="q-label" tabIndex={hint ? 0 : undefined}>
      {children}
    </span>
  );
  return hint ? <Tooltip title={hint}>{label}</Tooltip> : label;
}

/** Labels in a row; those beyond the limit are counted and listed on hover. */
export function Labels({ texts, limit = 3 }: { texts: readonly string[]; limit?: number }) {
  if (texts.length === 0) return <span className="q-faint">–</span>;
  const rest = texts.slice(limit);
  return (
    <span className="q-labels">
      {texts.slice(0, limit).map((text, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two tags may have the same name; their order is their identity.
        <Label key={i}>{text}</Label>
      ))}
      {rest.length > 0 && (
        <Tooltip title={rest.join(' · ')}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the other labels have to be reachable by keyboard. */}
          <span className="q-label q-label-more" tabIndex={0}>
            +{rest.length}
          </span>
        </Tooltip>
      )}
    </span>
  );
}
