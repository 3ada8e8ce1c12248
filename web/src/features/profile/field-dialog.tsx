import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options, TextInput, Toggle } from '@/parts/fields';
import { RolePicker } from '@/parts/RolePicker';
import { ChoiceEditor } from './choice-editor';
import { useT } from './strings';
import { type FieldForm, type FieldView, kinds } from './words';

/** Makes a field or changes one. Its kind is chosen once. */
export function FieldDialog(props: { field?: FieldView; sections: readonly string[]; onClose: () => void }) {
  const { field, onClose } = props;
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const initial: FieldForm = field
    ? { ...field, options: field.options }
    : { name: '', kind: 'text', section: props.sections[0] ?? '', options: [], visible: [], editable: [] };
  const save = async (values: FieldForm) => {
    const choice = values.kind === 'choice' || values.kind === 'multi';
    const body: FieldForm = {
      name: values.name,
      kind: values.kind,
      section: values.section,
      note: values.note,
      unit: values.kind === 'number' ? values.unit : undefined,
      required: values.required,
      options: choice ? values.options : undefined,
      visible: values.visible,
      editable: values.editable,
      version: field?.version,
    };
    if (field) await ok(api.PUT('/api/profile/fields/{id}', { params: { path: { id: field.id } }, body }));
    else await ok(api.POST('/api/profile/fields', { body }));
    await client.invalidateQueries({ queryKey: ['profile'] });
    done(t('saved'));
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={640}
      title={field ? t('def.edit', { name: field.name }) : t('def.new')}
    >
      <Form<FieldForm> initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        {(values) => (
          <>
            <Field name="name" label={t('def.name')} required max={30}>
              <TextInput max={30} autoFocus />
            </Field>
            <Field name="kind" label={t('def.kind')} hint={t('def.kind.hint')}>
              <Options
                disabled={field !== undefined}
                options={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
              />
            </Field>
            {(values.kind === 'choice' || values.kind === 'multi') && (
              <Field name="options" label={t('def.options')} hint={t('def.options.hint')} required>
                <ChoiceEditor />
              </Field>
            )}
            {values.kind === 'number' && (
              <Field name="unit" label={t('def.unit')} max={10}>
                <TextInput max={10} />
              </Field>
            )}
            <Field name="section" label={t('def.section')} hint={t('def.section.hint')} max={20}>
              <TextInput max={20} />
            </Field>
            <Field name="note" label={t('def.note')} hint={t('def.note.hint')} max={100}>
              <TextInput max={100} />
            </Field>
            <Field name="required" label={t('required')} hint={t('def.required.hint')} valueKey="checked">
              <Toggle />
            </Field>
            <Field name="visible" label={t('def.visible')} hint={t('def.visible.hint')}>
              <RolePicker placeholder={t('everybody')} />
            </Field>
            <Field name="editable" label={t('def.editable')} hint={t('def.editable.hint')}>
              <RolePicker placeholder={t('everybody.edits')} />
            </Field>
          </>
        )}
      </Form>
    </Dialog>
  );
}
