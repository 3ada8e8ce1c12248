import type { ReactNode } from 'react';
import { Copy } from '@/parts/Copy';
import { Card } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { FindingView } from './finding';
import { type Finding, tones, worst } from './health';
import { useT } from './strings';

/** One step: what to do in WeCom and here, and what the check says about it. */
export function Step(props: {
  number: number;
  title: string;
  findings: readonly Finding[];
  how: readonly ReactNode[];
  /** It has no check, and the product works without it. */
  optional?: boolean;
  children?: ReactNode;
}) {
  const t = useT();
  const { number, title, findings, how, optional, children } = props;
  const state = findings.length > 0 ? worst(findings.map((f) => f.state)) : 'wait';
  return (
    <Card
      title={
        <span className="setup-step-title">
          <span className="setup-step-number">{number}</span>
          {title}
        </span>
      }
      actions={
        optional ? (
          <StateBadge tone="quiet">{t('optional')}</StateBadge>
        ) : (
          <StateBadge tone={tones[state]}>{t(`state.${state}`)}</StateBadge>
        )
      }
    >
      <section className="q-stack" aria-label={title} data-state={state}>
        <ol className="setup-how">
          {how.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines are a fixed text.
            <li key={i}>{line}</li>
          ))}
        </ol>
        {children}
        {findings.length > 0 && (
          <div className="setup-checks">
            {findings.map((finding) => (
              <FindingView key={finding.check} finding={finding} />
            ))}
          </div>
        )}
      </section>
    </Card>
  );
}

/** A text to paste elsewhere. */
export function ToCopy({ text }: { text: string }) {
  return (
    <span className="setup-copy">
      <code>{text}</code>
      <Copy text={text} />
    </span>
  );
}
