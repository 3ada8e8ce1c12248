import { api, ok } from '@/api/client';
import type { CustomerActionProps } from '@/lib/customer-parts';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Choice, TextInput } from '@/parts/fields';
import { useT } from './strings';

interface Values {
  way: 'on' | 'off';
  reason: string;
}

/** Puts many customers on the blacklist, or takes them off. */
export default function BlackDialog({ selection, count, more, onClose, onDone }: CustomerActionProps) {
  const t = useT();
  const { done } = useFeedback();
  return (
    <Dialog open onClose={onClose} title={t(more ? 'blacklist.batch.more' : 'blacklist.batch', { n: count })}>
      <p className="q-faint">{t('blacklist.meaning')}</p>
      <Form<Values>
        initial={{ way: 'on', reason: '' }}
        submitLabel={t('blacklist.go')}
        onCancel={onClose}
        onSubmit={async ({ way, reason }) => {
          const body = way === 'on' ? { selection, reason } : { selection, remove: true };
          await ok(api.POST('/api/profile/blacklist', { body }));
          done(t('batch.begun'));
          onDone();
        }}
      >
        {(values) => (
          <>
            <Field name="way" label={t('actions')}>
              <Choice
                options={[
                  { value: 'on', label: t('blacklist.add') },
                  { value: 'off', label: t('blacklist.remove') },
                ]}
              />
            </Field>
            {values.way === 'on' && (
              <Field name="reason" label={t('reason')} required max={100}>
                <TextInput max={100} />
              </Field>
            )}
          </>
        )}
      </Form>
    </Dialog>
  );
}
