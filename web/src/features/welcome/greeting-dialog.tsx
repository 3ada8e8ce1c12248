import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useMe } from '@/lib/me';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Choice, Toggle } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { MessageEditor } from '@/parts/MessageEditor';
import { type MessageContent, messageFlaw } from '@/parts/message';
import { PhonePreview } from '@/parts/PhonePreview';
import { useMessageVariables } from '@/parts/variables';
import { forWords } from './greetings';
import { useT } from './strings';
import type { Greeting } from './words';

interface Values {
  level: Greeting['level'];
  /** One userid or department id, as the pickers give it. */
  target: string[];
  content: MessageContent;
  enabled: boolean;
}

/** Writes a greeting: for whom (only when it is new), what, and whether it is on. */
export function GreetingDialog({ greeting, onClose }: { greeting?: Greeting; onClose: () => void }) {
  const t = useT();
  const { reach } = useMe();
  const client = useQueryClient();
  const { done } = useFeedback();
  const variables = useMessageVariables();
  const whole = reach === 'all';
  const initial: Values = greeting
    ? { ...greeting, target: greeting.target ? [greeting.target] : [] }
    : { level: whole ? 'department' : 'member', target: [], content: { text: '' }, enabled: true };

  const save = async ({ level, target, content, enabled }: Values) => {
    const body = { level, target: level === 'company' ? '' : (target[0] ?? ''), content, enabled };
    if (greeting) {
      await ok(
        api.PUT('/api/welcome/greetings/{id}', {
          params: { path: { id: greeting.id } },
          body: { ...body, version: greeting.version },
        }),
      );
    } else {
      await ok(api.POST('/api/welcome/greetings', { body }));
    }
    await client.invalidateQueries({ queryKey: ['welcome', 'greetings'] });
    done(t('saved'));
    onClose();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      width={960}
      title={greeting ? t('edit.of', { name: forWords(t, greeting) }) : t('new')}
    >
      <Form<Values>
        initial={initial}
        submitLabel={t('save')}
        onSubmit={save}
        onCancel={onClose}
        aside={(values) => (
          <PhonePreview
            content={values.content}
            from={greeting?.level === 'member' ? greeting.targetName : undefined}
            variables={variables.examples}
            caption={t('preview')}
          />
        )}
      >
        {(values) => (
          <>
            {!greeting && (
              <Field name="level" label={t('for')}>
                <Choice
                  options={(['company', 'department', 'member'] as const).map((level) => ({
                    value: level,
                    label: t(`level.${level}`),
                    hint: t(`level.${level}.hint`),
                    disabled: level !== 'member' && !whole,
                  }))}
                />
              </Field>
            )}
            {!greeting && values.level === 'department' && (
              <Field name="target" label={t('level.department')} required>
                <DepartmentPicker single />
              </Field>
            )}
            {!greeting && values.level === 'member' && (
              <Field name="target" label={t('level.member')} required>
                <MemberPicker single />
              </Field>
            )}
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
            <Field name="enabled" label={t('enabled')} hint={t('enabled.hint')} valueKey="checked">
              <Toggle />
            </Field>
          </>
        )}
      </Form>
    </Dialog>
  );
}
