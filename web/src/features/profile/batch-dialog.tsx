import { api, ok } from '@/api/client';
import type { CustomerActionProps } from '@/lib/customer-parts';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { useFields } from './fields-tab';
import { Control } from './fill-drawer';
import { useT } from './strings';

interface Values {
  field?: string;
  values: Record<string, unknown>;
}

/** Gives one field of many customers the same value. */
export default function BatchDialog({ selection, count, more, onClose, onDone }: CustomerActionProps) {
  const t = useT();
  const fields = useFields();
  const { done } = useFeedback();
  const offered = (fields.data?.items ?? []).filter((f) => f.fills && f.kind !== 'file');
  const save = async ({ field, values }: Values) => {
    const value = field ? values[field] : undefined;
    const texts = Array.isArray(value) ? value.map(String) : value ? [String(value)] : [];
    await ok(
      api.POST('/api/profile/edits', {
        body: { selection, values: [{ field: field ?? '', values: texts }] },
      }),
    );
    done(t('batch.begun'));
    onDone();
  };
  return (
    <Dialog open onClose={onClose} title={t(more ? 'batch.title.more' : 'batch.title', { n: count })}>
      {fields.isPending && <Waiting rows={3} />}
      {fields.isError && <ErrorView error={fields.error} />}
      {fields.data && (
        <Form<Values> initial={{ values: {} }} submitLabel={t('batch')} onSubmit={save} onCancel={onClose}>
          {(values) => {
            const field = offered.find((f) => f.id === values.field);
            return (
              <>
                <Field name="field" label={t('batch.field')} required>
                  <Options options={offered.map((f) => ({ value: f.id, label: f.name }))} />
                </Field>
                {field && (
                  <Field
                    key={field.id}
                    name={['values', field.id]}
                    label={field.unit ? t('def.with', { name: field.name, unit: field.unit }) : field.name}
                    hint={t(field.required ? 'batch.required' : 'batch.hint')}
                    required={field.required}
                  >
                    <Control field={field} />
                  </Field>
                )}
              </>
            );
          }}
        </Form>
      )}
    </Dialog>
  );
}
