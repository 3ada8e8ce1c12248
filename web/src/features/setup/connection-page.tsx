import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Card, Page, Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { AppForm } from './app-form';
import { ArchiveKeys } from './archive-keys';
import { CallbackBox } from './callback-box';
import { Changes } from './changes';
import { CorpForm } from './corp-form';
import { DomainFiles } from './domain-files';
import { type Finding, useHealth } from './health';
import { Step, ToCopy } from './step';
import { useT } from './strings';
import { FirstSync } from './sync';

export type Connection = components['schemas']['SetupConnection'];

/** 接入企业微信: step by step, each with a live check. */
export default function ConnectionPage() {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const connection = useQuery({
    queryKey: ['setup', 'connection'],
    queryFn: ({ signal }) => ok(api.GET('/api/setup/connection', { signal })),
  });
  // What comes to the callback address is told as news of calls.
  useLive(['call', 'sync'], [['setup', 'connection']]);
  const { latest, check } = useHealth();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    check.mutate();
  }, [check.mutate]);
  // WeCom verifies the address right when it is saved there: the page tells without being asked again.
  const heard =
    connection.data?.app && `${connection.data.app.verifiedAt} ${connection.data.app.eventAt > 0}`;
  const known = useRef(heard);
  useEffect(() => {
    if (known.current && heard !== known.current) check.mutate();
    known.current = heard;
  }, [heard, check.mutate]);

  const failed = [connection, latest].find((query) => query.isError && !query.data);
  if (failed)
    return (
      <Page title={t('title')}>
        <ErrorView error={failed.error} onRetry={() => void failed.refetch()} />
      </Page>
    );
  if (!connection.data || !latest.data) return <Waiting />;

  const { corp, app, domain, publicUrl, files, archiveKeys, lastSync } = connection.data;
  const findings = latest.data.corp.findings;
  const of = (...checks: string[]): Finding[] => findings.filter((f) => checks.includes(f.check));
  const write = can('setup.write');
  const saved = async () => {
    await client.invalidateQueries({ queryKey: ['setup'] });
    check.mutate();
  };
  const failing = findings.filter((f) => f.state === 'fail').length;
  const done = app && failing === 0 && findings.every((f) => f.state === 'ok');

  return (
    <Page
      title={t('title')}
      meaning={t('meaning')}
      actions={
        <Button
          icon="reload"
          look={write ? 'default' : 'primary'}
          busy={check.isPending}
          onClick={() => check.mutateAsync()}
        >
          {t('check')}
        </Button>
      }
    >
      <div className="setup-steps">
        {!write && <Notice tone="info" title={t('readOnly')} />}
        {done && <Notice tone="success" title={t('done')} />}
        <Step
          number={1}
          title={t('corp')}
          findings={of('reach', 'clock', 'zone', 'corpId')}
          how={[t('corp.how')]}
        >
          <Facts items={[{ name: t('corp.id'), value: <ToCopy text={corp.id} /> }]} />
          {write && <CorpForm key={`${corp.name} ${corp.timeZone}`} corp={corp} onSaved={saved} />}
        </Step>
        <Step
          number={2}
          title={t('app')}
          findings={of('secret', 'agent', 'range')}
          how={[t('app.how.1'), t('app.how.2'), t('app.how.3')]}
        >
          {app && (
            <Facts
              items={[
                { name: 'AgentId', value: app.agentId },
                {
                  name: 'Secret',
                  value: (
                    <>
                      {t('set')} <TimeText at={app.secretSetAt} show="time" />
                    </>
                  ),
                },
              ]}
            />
          )}
          {write && <AppForm key={app?.secretSetAt ?? 0} app={app} onSaved={saved} />}
        </Step>
        <Step
          number={3}
          title={t('callback')}
          findings={app ? of('callback') : []}
          how={[t('callback.how.1'), t('callback.how.2'), t('callback.how.3')]}
        >
          {app ? (
            <CallbackBox app={app} write={write} onSaved={saved} />
          ) : (
            <p className="q-faint">{t('appFirst')}</p>
          )}
        </Step>
        <Step
          number={4}
          title={t('domain')}
          findings={of('domain')}
          how={[
            t('domain.how.1'),
            <>
              {t('domain.how.2')} <ToCopy text={domain} />
            </>,
            t('domain.how.3'),
            <>
              {t('domain.how.4')} <ToCopy text={domain} />
            </>,
          ]}
        >
          <DomainFiles files={files} publicUrl={publicUrl} write={write} onSaved={saved} />
        </Step>
        <Step number={5} title={t('ip')} findings={of('ip')} how={[t('ip.how.1'), t('ip.how.2')]} />
        <Step
          number={6}
          title={t('customer')}
          findings={of('customer')}
          how={[t('customer.how.1'), t('customer.how.2'), t('customer.how.3')]}
        />
        <Step number={7} title={t('sync')} findings={of('sync')} how={[t('sync.how')]}>
          {app && <FirstSync lastSync={lastSync} ready={failing === 0} onDone={() => check.mutate()} />}
        </Step>
        <Step
          number={8}
          title={t('archive')}
          findings={[]}
          optional
          how={[t('archive.how.1'), t('archive.how.2'), t('archive.how.3')]}
        >
          <ArchiveKeys keys={archiveKeys} write={write} onSaved={saved} />
        </Step>
        <Card title={t('changes')} flush>
          <Changes />
        </Card>
      </div>
    </Page>
  );
}
