import { useI18n } from '@/lib/i18n';
import { Icon, type IconName } from '@/parts/Icon';
import type { Finding, State } from './health';
import { useT } from './strings';
import './setup.css';

const icons: Record<State, IconName> = { ok: 'success', warn: 'warning', fail: 'error', wait: 'clock' };

/** What a check found; when not all is well, what to do and where. */
export function FindingView({ finding, title }: { finding: Finding; title?: string }) {
  const t = useT();
  const { language } = useI18n();
  const say = (words: Finding['found']) => (language === 'en' ? words.en : words.zh);
  const advice = say(finding.advice);
  const place = say(finding.place);
  return (
    <div
      className={`setup-finding setup-${finding.state}`}
      data-check={finding.check}
      data-state={finding.state}
    >
      <Icon name={icons[finding.state]} className="setup-finding-icon" />
      <div className="setup-finding-words">
        <p>
          {title && <strong>{title}</strong>}
          <span className="q-hidden">{t(`state.${finding.state}`)}</span>
          {say(finding.found)}
          {finding.errcode ? <code className="setup-code">{finding.errcode}</code> : null}
        </p>
        {advice && <p className="setup-advice">{advice}</p>}
        {place && (
          <p className="setup-place">
            <Icon name="open" /> {place}
          </p>
        )}
      </div>
    </div>
  );
}
