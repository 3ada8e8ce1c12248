import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Drawer } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form, FormSection } from '@/parts/Form';
import { NumberInput, Options, TextArea, TextInput, Toggle } from '@/parts/fields';
import { GroupPicker } from '@/parts/GroupPicker';
import { MemberPicker } from '@/parts/MemberPicker';
import { TagPicker } from '@/parts/TagPicker';
import { DryRun } from './dry-run';
import { SpansEditor } from './spans-editor';
import { useT } from './strings';
import { namesIn, type Rule, type RuleForm, type Span } from './words';

export interface Values {
  name: string;
  trigger: RuleForm['trigger'];
  states: string;
  spans: Span[];
  groups: string[];
  members: string[];
  departments: string[];
  add: string[];
  remove: string[];
  hits: number | null;
  periodDays: number | null;
  mostDay: number | null;
  mostTotal: number | null;
  enabled: boolean;
}

function valuesOf(rule?: Rule): Values {
  return {
    name: rule?.name ?? '',
    trigger: rule?.trigger ?? 'channel',
    states: (rule?.setting.states ?? []).join('\n'),
    spans: rule?.setting.spans?.map((span) => ({ ...span })) ?? [{ days: [], from: 0, to: 1440 }],
    groups: [...(rule?.setting.groups ?? [])],
    members: [...(rule?.members ?? [])],
    departments: (rule?.departments ?? []).map(String),
    add: [...(rule?.add ?? [])],
    remove: [...(rule?.remove ?? [])],
    hits: rule?.hits ?? 1,
    periodDays: rule?.periodDays || 7,
    mostDay: rule?.mostDay || null,
    mostTotal: rule?.mostTotal || null,
    enabled: rule?.enabled ?? true,
  };
}

/** What the server takes. */
export function formOf(values: Values, version?: number): RuleForm {
  const { trigger } = values;
  return {
    name: values.name,
    trigger,
    setting: {
      states: trigger === 'channel' ? namesIn(values.states) : undefined,
      spans: trigger === 'time' ? values.spans : undefined,
      groups: trigger === 'group' ? values.groups : undefined,
    },
    members: values.members,
    departments: values.departments.map(Number),
    add: values.add,
    remove: values.remove,
    hits: values.hits ?? 1,
    periodDays: (values.hits ?? 1) > 1 ? (values.periodDays ?? 7) : 0,
    mostDay: values.mostDay ?? 0,
    mostTotal: values.mostTotal ?? 0,
    enabled: values.enabled,
    version,
  };
}

/** Makes a rule or changes one; what it would have done can be tried before. */
export function RuleDrawer({ rule, onClose }: { rule?: Rule; onClose: () => void }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [trying, setTrying] = useState<RuleForm>();
  const codes = useQuery({
    queryKey: ['tag', 'channels'],
    enabled: can('channelcode.read'),
    queryFn: ({ signal }) =>
      ok(api.GET('/api/channelcode/codes', { params: { query: { limit: 200 } }, signal })),
  });
  const save = async (values: Values) => {
    const body = formOf(values, rule?.version);
    if (rule) await ok(api.PUT('/api/tag/rules/{id}', { params: { path: { id: rule.id } }, body }));
    else await ok(api.POST('/api/tag/rules', { body }));
    await client.invalidateQueries({ queryKey: ['tag', 'rules'] });
    done(t('saved'));
    onClose();
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title={rule ? t('rule.edit', { name: rule.name }) : t('rule.new')}
      width={680}
    >
      <Form<Values> initial={valuesOf(rule)} submitLabel={t('save')} onCancel={onClose} onSubmit={save}>
        {(values) => (
          <>
            <Field name="name" label={t('name')} required max={30}>
              <TextInput max={30} autoFocus />
            </Field>
            <FormSection title={t('rule.when')}>
              <Field name="trigger" label={t('trigger')}>
                <Options
                  options={(['channel', 'time', 'group'] as const).map((value) => ({
                    value,
                    label: t(`trigger.${value}`),
                  }))}
                />
              </Field>
              {values.trigger === 'channel' && (
                <Field name="states" label={t('channels')} hint={t('channels.hint')} required>
                  <Channels codes={codes.data?.items ?? []} />
                </Field>
              )}
              {values.trigger === 'time' && (
                <Field name="spans" label={t('spans')} hint={t('spans.hint')} required>
                  <SpansEditor />
                </Field>
              )}
              {values.trigger === 'group' && (
                <Field name="groups" label={t('chats')} hint={t('chats.hint')}>
                  <GroupPicker label={t('chats')} />
                </Field>
              )}
              <div className="tag-pair">
                <Field name="hits" label={t('rule.hits')} hint={t('rule.hits.hint')}>
                  <NumberInput min={1} most={100} />
                </Field>
                {(values.hits ?? 1) > 1 && (
                  <Field name="periodDays" label={t('rule.period')}>
                    <NumberInput min={1} most={365} unit={t('days')} />
                  </Field>
                )}
              </div>
            </FormSection>
            <FormSection title={t('rule.whose')} meaning={t('rule.whose.meaning')}>
              <Field name="members" label={t('members')}>
                <MemberPicker max={500} />
              </Field>
              <Field name="departments" label={t('departments')}>
                <DepartmentPicker />
              </Field>
            </FormSection>
            <FormSection title={t('rule.then')}>
              <Field name="add" label={t('mark.add')}>
                <TagPicker label={t('mark.add')} max={20} />
              </Field>
              <Field name="remove" label={t('mark.remove')}>
                <TagPicker label={t('mark.remove')} max={20} />
              </Field>
              <div className="tag-pair">
                <Field name="mostDay" label={t('rule.mostDay')} hint={t('rule.most.hint')}>
                  <NumberInput min={0} />
                </Field>
                <Field name="mostTotal" label={t('rule.mostTotal')}>
                  <NumberInput min={0} />
                </Field>
              </div>
            </FormSection>
            <Field name="enabled" label={t('rule.enabled')} valueKey="checked">
              <Toggle label={t('rule.enabled')} />
            </Field>
            <Button icon="play" onClick={() => setTrying(formOf(values))}>
              {t('dry')}
            </Button>
          </>
        )}
      </Form>
      {trying && <DryRun rule={trying} onClose={() => setTrying(undefined)} />}
    </Drawer>
  );
}

/** States of contact ways, one a line; those of channel codes are a press away. */
function Channels(props: {
  value?: string;
  onChange?: (value: string) => void;
  id?: string;
  codes: readonly { id: string; name: string; state: string }[];
}) {
  const { value = '', onChange, codes } = props;
  const t = useT();
  const chosen = namesIn(value);
  const rest = codes.filter((code) => !chosen.includes(code.state));
  return (
    <div className="q-stack">
      <TextArea id={props.id} rows={3} value={value} onChange={onChange} />
      {rest.length > 0 && (
        <Options
          clearable
          label={t('channels.pick')}
          placeholder={t('channels.pick')}
          value={undefined}
          options={rest.map((code) => ({ value: code.state, label: code.name }))}
          onChange={(state) => state && onChange?.([...chosen, state].join('\n'))}
        />
      )}
    </div>
  );
}
