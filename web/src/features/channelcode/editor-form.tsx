import { Field, Form, FormSection } from '@/parts/Form';
import { Choice, NumberInput, TextInput, Toggle } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { MessageEditor } from '@/parts/MessageEditor';
import { type MessageContent, messageFlaw } from '@/parts/message';
import { SchedulePicker } from '@/parts/SchedulePicker';
import { type Shift, scheduleFlaws } from '@/parts/schedule';
import { TagPicker } from '@/parts/TagPicker';
import { useMessageVariables } from '@/parts/variables';
import { GreetingPreview } from './greeting-preview';
import { useT } from './strings';
import type { Code, CodeForm } from './words';

/** What a person fills in. */
export interface Values {
  name: string;
  remark: string;
  members: string[];
  shifts: Shift[];
  dailyCap: number | null;
  backup: string[];
  skipVerify: boolean;
  greeting: Code['greeting'];
  content: MessageContent;
  tags: string[];
  customerRemark: string;
}

export const blank: Values = {
  name: '',
  remark: '',
  members: [],
  shifts: [],
  dailyCap: null,
  backup: [],
  skipVerify: true,
  greeting: 'default',
  content: { text: '' },
  tags: [],
  customerRemark: '',
};

export function valuesOf(code: Code): Values {
  const {
    name,
    remark,
    members,
    shifts,
    dailyCap,
    backup,
    skipVerify,
    greeting,
    content,
    tags,
    customerRemark,
  } = code;
  return {
    ...{ name, remark, members, shifts, backup, skipVerify, greeting, content, tags, customerRemark },
    dailyCap: dailyCap || null,
  };
}

/** As the server takes it: what a switched-off choice leaves behind is not sent. */
export function bodyOf(values: Values): CodeForm {
  const { dailyCap, backup, content, ...rest } = values;
  return {
    ...rest,
    dailyCap: dailyCap ?? 0,
    backup: dailyCap ? backup : [],
    content: values.greeting === 'own' ? content : { text: '' },
  };
}

/** The server's limits (internal/feature/channelcode/code.go). */
const limits = { name: 30, remark: 30, members: 100, cap: 1000, tags: 20, customerRemark: 10 } as const;

/** The form of a code, with the customer's phone beside it. */
export function EditorForm(props: {
  initial: Values;
  submitLabel: string;
  onSubmit: (values: Values) => Promise<unknown>;
  onCancel: () => void;
}) {
  const t = useT();
  const variables = useMessageVariables();
  return (
    <Form<Values> {...props} aside={(values) => <GreetingPreview values={values} />}>
      {(values) => (
        <>
          <FormSection title={t('section.code')}>
            <Field name="name" label={t('name')} hint={t('name.hint')} required max={limits.name}>
              <TextInput placeholder={t('name.placeholder')} autoFocus={!values.name} />
            </Field>
            <Field name="remark" label={t('remark')} hint={t('remark.hint')} max={limits.remark}>
              <TextInput />
            </Field>
            <Field name="skipVerify" label={t('skipVerify')} hint={t('skipVerify.hint')} valueKey="checked">
              <Toggle />
            </Field>
          </FormSection>
          <FormSection title={t('section.members')} meaning={t('section.members.hint')}>
            <Field
              name="members"
              label={t('members')}
              hint={t('members.hint')}
              required={!coversWeek(values.shifts)}
            >
              <MemberPicker max={limits.members} />
            </Field>
            <Field
              name="shifts"
              label={t('shifts')}
              hint={t('shifts.hint')}
              check={(shifts: Shift[]) =>
                scheduleFlaws(shifts ?? []).incomplete.length > 0 ? t('shifts.incomplete') : undefined
              }
            >
              <SchedulePicker otherwise={t('shifts.otherwise')} maxMembers={limits.members} />
            </Field>
            <Field name="dailyCap" label={t('dailyCap')} hint={t('dailyCap.hint')}>
              <NumberInput
                min={1}
                most={limits.cap}
                unit={t('dailyCap.unit')}
                placeholder={t('dailyCap.none')}
              />
            </Field>
            {values.dailyCap ? (
              <Field name="backup" label={t('backup')} hint={t('backup.hint')}>
                <MemberPicker max={limits.members} />
              </Field>
            ) : null}
          </FormSection>
          <FormSection title={t('section.greeting')} meaning={t('section.greeting.hint')}>
            <Field name="greeting" label={t('greeting')}>
              <Choice
                options={(['default', 'own', 'none'] as const).map((value) => ({
                  value,
                  label: t(`greeting.${value}`),
                  hint: t(`greeting.${value}.hint`),
                }))}
              />
            </Field>
            {values.greeting === 'own' && (
              <Field
                name="content"
                label={t('content')}
                required
                check={(content: MessageContent) => {
                  const flaw = messageFlaw(content);
                  return flaw && t(`content.${flaw}`);
                }}
              >
                <MessageEditor variables={variables.list} />
              </Field>
            )}
          </FormSection>
          <FormSection title={t('section.marks')} meaning={t('section.marks.hint')}>
            <Field name="tags" label={t('tags')}>
              <TagPicker max={limits.tags} />
            </Field>
            <Field
              name="customerRemark"
              label={t('customerRemark')}
              hint={t('customerRemark.hint')}
              max={limits.customerRemark}
            >
              <TextInput placeholder={t('customerRemark.placeholder')} />
            </Field>
          </FormSection>
        </>
      )}
    </Form>
  );
}

/** Shifts that leave no minute of the week open need no other members. */
function coversWeek(shifts: readonly Shift[]): boolean {
  const { uncovered, incomplete } = scheduleFlaws(shifts);
  return shifts.length > 0 && incomplete.length === 0 && uncovered === 0;
}
