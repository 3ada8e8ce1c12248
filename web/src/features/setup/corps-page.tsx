import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useMe } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Copy } from '@/parts/Copy';
import { Dialog } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options, TextInput } from '@/parts/fields';
import { Card, Page, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { CorpQuota } from './corp-quota';
import { tones } from './health';
import { useT } from './strings';
import { zones } from './zone';
import './setup.css';

type Corp = components['schemas']['SetupCorpState'];

/** 企业列表: all corps of the installation, for its owner. */
export default function CorpsPage() {
  const t = useT();
  const [adding, setAdding] = useState(false);
  const corps = useQuery({
    queryKey: ['setup', 'corps'],
    queryFn: ({ signal }) => ok(api.GET('/api/setup/corps', { signal })),
  });
  const add = (
    <Button look="primary" icon="add" onClick={() => setAdding(true)}>
      {t('corps.add')}
    </Button>
  );
  return (
    <Page
      title={t('corps')}
      meaning={t('corps.meaning')}
      actions={corps.data?.items.length ? add : undefined}
    >
      {corps.isError && <ErrorView error={corps.error} onRetry={() => void corps.refetch()} />}
      {corps.isPending && <Waiting />}
      {corps.data?.items.length === 0 && (
        <Empty title={t('corps.none')} hint={t('corps.none.hint')} action={add} />
      )}
      <div className="setup-steps">
        {corps.data?.items.map((corp) => (
          <CorpCard key={corp.id} corp={corp} />
        ))}
      </div>
      <Dialog open={adding} onClose={() => setAdding(false)} title={t('corps.add')}>
        <Form<{ id: string; name: string; timeZone: string }>
          initial={{ id: '', name: '', timeZone: 'Asia/Shanghai' }}
          submitLabel={t('corps.addNext')}
          onSubmit={async (body) => {
            const made = await ok(api.POST('/api/setup/corps', { body }));
            await enter(made.id, '/setup');
          }}
          onCancel={() => setAdding(false)}
        >
          <Field name="id" label={t('corp.id')} hint={t('corp.id.hint')} required max={64}>
            <TextInput autoComplete="off" />
          </Field>
          <Field name="name" label={t('corp.name')} hint={t('corp.name.hint')} required max={64}>
            <TextInput />
          </Field>
          <Field name="timeZone" label={t('corp.zone')} hint={t('corp.zone.hint')} required>
            <Options options={zones().map((zone) => ({ value: zone, label: zone }))} />
          </Field>
        </Form>
      </Dialog>
    </Page>
  );
}

/** Goes to another corp. The page is loaded anew: nothing of the old corp may stay in it. */
async function enter(corp: string, path: string) {
  await ok(api.POST('/api/account/corp', { body: { corp } }));
  window.location.assign(path);
}

function CorpCard({ corp }: { corp: Corp }) {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const current = me.corp.id === corp.id;
  const active = corp.status === 'active';
  const suspend = () =>
    confirm({
      title: t('corps.suspend.title', { name: corp.name }),
      detail: t('corps.suspend.detail'),
      action: t('corps.suspend'),
      danger: true,
      onConfirm: async () => {
        await ok(api.POST('/api/setup/corps/{id}/suspend', { params: { path: { id: corp.id } } }));
        if (current) window.location.assign('/setup/corps');
        else await client.invalidateQueries({ queryKey: ['setup', 'corps'] });
      },
    });
  const resume = async () => {
    await ok(api.POST('/api/setup/corps/{id}/resume', { params: { path: { id: corp.id } } }));
    done(t('corps.resumed', { name: corp.name }));
    await client.invalidateQueries({ queryKey: ['setup', 'corps'] });
  };
  const state = !active ? (
    <StateBadge tone="quiet">{t('corps.suspended')}</StateBadge>
  ) : !corp.connected ? (
    <StateBadge tone="warn">{t('corps.unconnected')}</StateBadge>
  ) : (
    <StateBadge tone={tones[corp.health]}>{t(`health.${corp.health}`)}</StateBadge>
  );
  return (
    <Card title={corp.name} actions={state}>
      <section className="q-stack" aria-label={corp.name}>
        <span className="setup-copy setup-line">
          <span className="setup-copy">
            <code>{corp.id}</code>
            <Copy text={corp.id} />
          </span>
          <span className="q-faint">{corp.timeZone}</span>
          {current && <span className="q-faint">{t('corps.current')}</span>}
        </span>
        <CorpQuota corp={corp} />
        <span className="setup-copy">
          {active && !current && (
            <Button onClick={() => enter(corp.id, corp.connected ? '/' : '/setup')}>
              {t('corps.enter')}
            </Button>
          )}
          {active && current && <Button to="/setup">{t('corps.setup')}</Button>}
          {active ? (
            <Button look="danger" onClick={suspend}>
              {t('corps.suspend')}
            </Button>
          ) : (
            <Button look="primary" onClick={resume}>
              {t('corps.resume')}
            </Button>
          )}
        </span>
      </section>
    </Card>
  );
}
