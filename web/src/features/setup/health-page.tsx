import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Card, Page, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { FindingView } from './finding';
import { type Finding, tones, useHealth, worst } from './health';
import { useT } from './strings';

const known = [
  'reach',
  'clock',
  'zone',
  'corpId',
  'secret',
  'ip',
  'agent',
  'range',
  'customer',
  'callback',
  'domain',
  'sync',
  'jobs',
  'files',
  'database',
  'migrations',
  'collation',
  'disk',
  'address',
  'certificate',
  'callable',
  'witness',
] as const;

/** 系统健康: how corp and installation are, looked at every few minutes. */
export default function HealthPage() {
  const t = useT();
  const can = useCan();
  const { latest, check } = useHealth();
  const { corp, installation, installationState } = latest.data ?? {};
  const all = [...(corp?.findings ?? []), ...(installation?.findings ?? [])];
  const states = all.map((f) => f.state);
  // The machine's state is known to everybody, what it is made of to its owner.
  const state = worst(
    installationState && !installation && states.length > 0 ? [...states, installationState] : states,
  );
  const checkNow = (
    <Button icon="reload" look="primary" busy={check.isPending} onClick={() => check.mutateAsync()}>
      {t('check')}
    </Button>
  );
  return (
    <Page
      title={t('health')}
      meaning={t('health.meaning')}
      beside={all.length > 0 && <StateBadge tone={tones[state]}>{t(`health.${state}`)}</StateBadge>}
      actions={
        <>
          {can('setup.read') && <Button to="/setup">{t('health.setup')}</Button>}
          {checkNow}
        </>
      }
    >
      {latest.isError && <ErrorView error={latest.error} onRetry={() => void latest.refetch()} />}
      {latest.isPending && <Waiting />}
      {corp &&
        (all.length === 0 ? (
          <Empty title={t('health.none')} hint={t('health.none.hint')} />
        ) : (
          <div className="setup-steps">
            <Report title={t('health.corp')} report={corp} />
            {installation ? (
              <Report title={t('health.installation')} report={installation} />
            ) : (
              <Card
                title={t('health.installation')}
                actions={
                  installationState && (
                    <StateBadge tone={tones[installationState]}>
                      {t(`health.${installationState}`)}
                    </StateBadge>
                  )
                }
              >
                <p>{t(`health.installation.${installationState ?? 'wait'}`)}</p>
              </Card>
            )}
          </div>
        ))}
    </Page>
  );
}

/** What is wrong comes first; the rest in its own order. */
function Report(props: { title: string; report: { at: number; findings: Finding[] } }) {
  const t = useT();
  const order = ['fail', 'warn', 'wait', 'ok'];
  const findings = [...props.report.findings].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (findings.length === 0) return null;
  return (
    <Card
      title={props.title}
      actions={
        <span className="q-faint">
          {t('health.at')} <TimeText at={props.report.at} />
        </span>
      }
    >
      {findings.map((finding) => {
        const name = known.find((check) => check === finding.check);
        return (
          <FindingView
            key={finding.check}
            finding={finding}
            title={name ? t(`check.${name}`) : finding.check}
          />
        );
      })}
    </Card>
  );
}
