import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { uploadFile } from '@/api/upload';
import { formatBytes } from '@/lib/measure';
import { Button } from '@/parts/Button';
import { Drawer } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { FileButton } from '@/parts/FileButton';
import { Field, Form, FormSection } from '@/parts/Form';
import { DayInput, Options, Several, TextArea, TextInput } from '@/parts/fields';
import { useT } from './strings';
import { bySection, type FieldView, type FileView, type Filled, type Profile } from './words';

type Values = { values: Record<string, unknown> };

/** Fills in a customer's fields; only what was changed is sent. */
export function FillDrawer(props: { id: string; profile: Profile; onClose: () => void }) {
  const { id, profile, onClose } = props;
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const fields = profile.fields.filter((f) => f.fills);
  const initial: Values = { values: Object.fromEntries(fields.map((f) => [f.id, shownOf(f)])) };
  const save = async ({ values }: Values) => {
    const changed = fields
      .map((f) => ({ field: f.id, values: textsOf(f, values[f.id]), before: textsOf(f, shownOf(f)) }))
      .filter((one) => one.values.join('\n') !== one.before.join('\n'));
    if (changed.length > 0) {
      await ok(
        api.PUT('/api/profile/customers/{id}/values', {
          params: { path: { id } },
          body: { values: changed.map(({ field, values: texts }) => ({ field, values: texts })) },
        }),
      );
      await client.invalidateQueries({ queryKey: ['profile'] });
      await client.invalidateQueries({ queryKey: ['customer', 'timeline', id] });
      done(t('saved'));
    }
    onClose();
  };
  return (
    <Drawer open onClose={onClose} title={t('fill')} width={560}>
      <Form<Values> initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        {bySection(fields).map((part) => (
          <FormSection key={part.name} title={part.name || t('section.none')}>
            {part.fields.map((f) => (
              <Field
                key={f.id}
                name={['values', f.id]}
                label={f.unit ? t('def.with', { name: f.name, unit: f.unit }) : f.name}
                hint={f.note || undefined}
                required={f.required}
              >
                <Control id={id} field={f} />
              </Field>
            ))}
          </FormSection>
        ))}
      </Form>
    </Drawer>
  );
}

/** What the control of a field starts with. */
function shownOf(f: Filled): unknown {
  if (f.kind === 'multi') return f.values;
  if (f.kind === 'file') return f.files ?? [];
  return f.values[0];
}

/** What the server takes. */
function textsOf(f: FieldView, value: unknown): string[] {
  if (f.kind === 'multi') return (value as string[] | undefined) ?? [];
  if (f.kind === 'file') return ((value as FileView[] | undefined) ?? []).map((file) => file.id);
  const text = typeof value === 'string' ? value.trim() : '';
  return text ? [text] : [];
}

/** The control of one field, by its kind. */
export function Control(props: {
  id?: string;
  field: FieldView;
  value?: unknown;
  onChange?: (value: unknown) => void;
}) {
  const { field, value, onChange } = props;
  const text = { value: value as string | undefined, onChange, label: field.name };
  const options = field.options
    .filter((o) => !o.archived || value === o.key || (Array.isArray(value) && value.includes(o.key)))
    .map((o) => ({ value: o.key ?? '', label: o.name }));
  switch (field.kind) {
    case 'choice':
      return <Options {...text} options={options} clearable />;
    case 'multi':
      return (
        <Several
          value={value as string[] | undefined}
          onChange={onChange}
          options={options}
          label={field.name}
        />
      );
    case 'date':
      return <DayInput {...text} />;
    case 'address':
      return <TextArea {...text} rows={2} max={200} />;
    case 'text':
      return <TextArea {...text} rows={1} max={500} />;
    case 'file':
      return <Files {...props} />;
    default:
      return <TextInput {...text} />;
  }
}

/** Files of a field: uploaded at once, kept when the form is saved. */
function Files(props: {
  id?: string;
  field: FieldView;
  value?: unknown;
  onChange?: (value: unknown) => void;
}) {
  const t = useT();
  const { problem } = useFeedback();
  const [busy, setBusy] = useState(false);
  const files = (props.value as FileView[] | undefined) ?? [];
  const take = async ([chosen]: File[]) => {
    if (!chosen) return;
    setBusy(true);
    try {
      const path = `/api/profile/customers/${props.id}/files?field=${props.field.id}`;
      props.onChange?.([...files, await uploadFile<FileView>(path, chosen)]);
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="profile-files">
      {files.map((file) => (
        <span key={file.id} className="q-row">
          {file.name} <span className="q-faint">{formatBytes(file.size)}</span>
          <Button
            size="small"
            look="quiet"
            icon="remove"
            label={t('file.remove', { name: file.name })}
            onClick={() => props.onChange?.(files.filter((one) => one.id !== file.id))}
          />
        </span>
      ))}
      <FileButton
        size="small"
        label={t('file.add', { name: props.field.name })}
        busy={busy}
        disabled={files.length >= 9}
        onFiles={take}
      >
        {t('file.upload')}
      </FileButton>
    </div>
  );
}
