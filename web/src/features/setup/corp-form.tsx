import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options, TextInput } from '@/parts/fields';
import type { Connection } from './connection-page';
import { useT } from './strings';
import { zones } from './zone';

/** The corp's name and time zone. */
export function CorpForm(props: { corp: Connection['corp']; onSaved: () => Promise<unknown> }) {
  const t = useT();
  const { done } = useFeedback();
  const client = useQueryClient();
  return (
    <Form<{ name: string; timeZone: string }>
      initial={{ name: props.corp.name, timeZone: props.corp.timeZone }}
      submitLabel={t('save')}
      onSubmit={async (body) => {
        await ok(api.PUT('/api/setup/connection', { body }));
        done(t('saved'));
        await client.invalidateQueries({ queryKey: ['me'] });
        await props.onSaved();
      }}
    >
      <Field name="name" label={t('corp.name')} required max={64}>
        <TextInput />
      </Field>
      <Field name="timeZone" label={t('corp.zone')} hint={t('corp.zone.hint')} required>
        <Options options={zones(props.corp.timeZone).map((zone) => ({ value: zone, label: zone }))} />
      </Field>
    </Form>
  );
}
