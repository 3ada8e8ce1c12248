import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useCan } from '@/lib/me';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form, FormSection } from '@/parts/Form';
import { Choice, TextArea, TextInput, Toggle } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Card, Page, Waiting } from '@/parts/Page';
import { CodePicker } from './code-picker';
import { type Flow, standing, useFlows } from './data';
import { emptyStage, type StageRow, StagesEditor } from './stages-editor';
import { useT } from './strings';
import './stage.css';

type FlowForm = components['schemas']['StageFlowForm'];
interface Values extends Omit<FlowForm, 'seen' | 'joins' | 'stages'> {
  all: boolean;
  members: string[];
  departments: string[];
  kind: 'none' | 'all' | 'states';
  states: string[];
  stages: StageRow[];
}

/** A flow is made or changed: for whom it is, who comes in, and its stages. */
export default function FlowPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false });
  const flows = useFlows();
  const flow = flows.data?.items.find((one) => one.id === id);
  const fresh = id === 'new';
  return (
    <Page title={fresh ? t('flow.new') : (flow?.name ?? t('flow.edit'))} meaning={t('flow.meaning')}>
      {flows.isError && <ErrorView error={flows.error} onRetry={() => void flows.refetch()} />}
      {flows.isPending && <Waiting />}
      {flows.data && !fresh && !flow && <Empty title={t('flow.missing')} />}
      {flows.data && (fresh || flow) && (
        <Card>
          <Opened key={id} flow={flow} />
        </Card>
      )}
    </Page>
  );
}

/** The form over the flow as it was opened. Stages taken away here leave it as it is filled in; somebody else's change begins it anew. */
function Opened({ flow }: { flow?: Flow }) {
  const newest = flow?.version ?? 0;
  const [opened, setOpened] = useState({ version: newest, removed: 0 });
  if (newest > opened.version + opened.removed) setOpened({ version: newest, removed: 0 });
  return (
    <Editor
      key={opened.version}
      flow={flow}
      version={opened.version + opened.removed}
      onRemoved={() => setOpened((was) => ({ ...was, removed: was.removed + 1 }))}
    />
  );
}

function Editor(props: { flow?: Flow; version: number; onRemoved: () => void }) {
  const { flow, version } = props;
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const feedback = useFeedback();
  const navigate = useNavigate();
  const codes = useQuery({
    queryKey: ['channelcode', 'states'],
    enabled: can('channelcode.read'),
    queryFn: ({ signal }) =>
      ok(api.GET('/api/channelcode/codes', { params: { query: { limit: 200 } }, signal })),
  });
  const save = useMutation({
    mutationFn: (values: Values) => {
      const body: FlowForm = {
        name: values.name,
        note: values.note,
        seen: { all: values.all, members: values.members, departments: values.departments.map(Number) },
        joins: { kind: values.kind, states: values.states },
        stages: values.stages.map(({ row, ...stage }) => stage),
      };
      return flow
        ? ok(
            api.PUT('/api/stage/flows/{id}', {
              params: { path: { id: flow.id } },
              body: { ...body, version },
            }),
          )
        : ok(api.POST('/api/stage/flows', { body }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['stage'] });
      feedback.done(t('flow.saved'));
      await navigate({ to: '/stage/setup' });
    },
  });
  const initial: Values = {
    name: flow?.name ?? '',
    note: flow?.note ?? '',
    all: flow?.seen.all ?? true,
    members: [...(flow?.seen.members ?? [])],
    departments: (flow?.seen.departments ?? []).map(String),
    kind: flow?.joins.kind ?? 'none',
    states: [...(flow?.joins.states ?? [])],
    stages: flow
      ? standing(flow).map(({ into, ...stage }) => ({ ...stage, row: stage.id }))
      : [emptyStage(t('stage.first'), 'waiting')],
  };
  return (
    <Form<Values>
      initial={initial}
      submitLabel={t('save')}
      onCancel={() => void navigate({ to: '/stage/setup' })}
      onSubmit={save.mutateAsync}
    >
      {(values) => (
        <>
          <Field name="name" label={t('flow.name')} required max={20}>
            <TextInput />
          </Field>
          <Field name="note" label={t('flow.note')} max={200}>
            <TextArea rows={2} />
          </Field>
          <FormSection title={t('seen')} meaning={t('seen.meaning')}>
            <Field name="all" label={t('seen.all')} valueKey="checked">
              <Toggle />
            </Field>
            {!values.all && (
              <>
                <Field name="members" label={t('seen.members')}>
                  <MemberPicker />
                </Field>
                <Field name="departments" label={t('seen.departments')}>
                  <DepartmentPicker />
                </Field>
              </>
            )}
          </FormSection>
          <FormSection title={t('joins')} meaning={t('joins.meaning')}>
            <Field name="kind" label={t('joins.who')}>
              <Choice
                options={(['all', 'states', 'none'] as const).map((kind) => ({
                  value: kind,
                  label: t(`joins.${kind}`),
                }))}
              />
            </Field>
            {values.kind === 'states' && (
              <Field name="states" label={t('joins.codes')} required>
                <CodePicker codes={codes.data?.items ?? []} />
              </Field>
            )}
          </FormSection>
          <FormSection title={t('stages')} meaning={t('stages.meaning')}>
            <Field name="stages" label={t('stages.order')}>
              <StagesEditor flow={flow} onRemoved={props.onRemoved} />
            </Field>
          </FormSection>
        </>
      )}
    </Form>
  );
}
