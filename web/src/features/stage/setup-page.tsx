import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Card, Page, Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { StateBadge } from '@/parts/StateBadge';
import { Tabs } from '@/parts/Tabs';
import { BulkDialog } from './bulk-dialog';
import { CalendarEditor } from './calendar-editor';
import { CountsEditor } from './counts-editor';
import { classTone, type Flow, standing, useFlows } from './data';
import { useT } from './strings';
import './stage.css';

type Setting = components['schemas']['StageSetting'];

/** The corp's flows, what counts as a follow-up, and on which days it works. */
export default function SetupPage() {
  const t = useT();
  useLive('stage', [['stage']]);
  return (
    <Page
      title={t('setup')}
      meaning={t('setup.meaning')}
      actions={
        <Button look="primary" icon="add" to="/stage/flow/new">
          {t('flow.new')}
        </Button>
      }
    >
      <Tabs
        items={[
          { key: 'flows', label: t('flows'), content: <Flows /> },
          { key: 'setting', label: t('setting'), content: <SettingForm /> },
        ]}
      />
    </Page>
  );
}

function Flows() {
  const flows = useFlows();
  if (flows.isError) return <ErrorView error={flows.error} onRetry={() => void flows.refetch()} />;
  if (!flows.data) return <Waiting />;
  return (
    <>
      {flows.data.items.map((flow) => (
        <FlowLine key={flow.id} flow={flow} />
      ))}
    </>
  );
}

function FlowLine({ flow }: { flow: Flow }) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [filling, setFilling] = useState(false);
  const remove = () =>
    feedback.confirm({
      title: t('flow.remove.title', { name: flow.name }),
      detail: t('flow.remove.detail'),
      action: t('flow.remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/stage/flows/{id}', { params: { path: { id: flow.id } } }));
        await client.invalidateQueries({ queryKey: ['stage'] });
      },
    });
  return (
    <section className="q-card stage-flowline">
      <div className="q-stack">
        <h2>{flow.name}</h2>
        <span className="q-row q-wrap">
          {standing(flow).map((stage) => (
            <StateBadge key={stage.id} tone={classTone[stage.class]}>
              {stage.name}
            </StateBadge>
          ))}
        </span>
        <span className="q-faint">
          {t(flow.seen.all ? 'seen.all' : 'seen.some')} · {t(`joins.${flow.joins.kind}`)}
        </span>
      </div>
      <span className="q-row q-wrap">
        <Button hint={t('fill.hint')} onClick={() => setFilling(true)}>
          {t('fill')}
        </Button>
        <Button icon="edit" to={`/stage/flow/${flow.id}`}>
          {t('edit')}
        </Button>
        <Button look="danger" icon="remove" onClick={remove}>
          {t('flow.remove')}
        </Button>
      </span>
      {filling && <BulkDialog flow={flow} selection={{ rule: {} }} onClose={() => setFilling(false)} />}
    </section>
  );
}

function SettingForm() {
  const t = useT();
  const feedback = useFeedback();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: ['stage', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/stage/setting', { signal })),
  });
  const save = useMutation({
    mutationFn: (body: Setting) => ok(api.PUT('/api/stage/setting', { body })),
    onSuccess: (answer) => {
      client.setQueryData(['stage', 'setting'], answer);
      feedback.done(t('setting.saved'));
    },
  });
  if (setting.isError) return <ErrorView error={setting.error} onRetry={() => void setting.refetch()} />;
  if (!setting.data) return <Waiting />;
  return (
    <Card title={t('setting')} actions={<SettingChanges object="stage:setting" permission="stage.setting" />}>
      <Form<Setting>
        key={JSON.stringify(setting.data)}
        initial={setting.data}
        submitLabel={t('save')}
        onSubmit={save.mutateAsync}
      >
        <Field name="counts" label={t('counts')} hint={t('counts.hint')}>
          <CountsEditor />
        </Field>
        <Field name="calendar" label={t('calendar')} hint={t('calendar.hint')}>
          <CalendarEditor />
        </Field>
      </Form>
    </Card>
  );
}
