import { api, ok } from '@/api/client';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput, PasswordInput } from '@/parts/fields';
import type { Connection } from './connection-page';
import { useT } from './strings';

/** AgentId and Secret. The Secret goes in and never comes back. */
export function AppForm(props: { app: Connection['app']; onSaved: () => Promise<unknown> }) {
  const t = useT();
  const { done } = useFeedback();
  const { app } = props;
  return (
    <Form<{ agentId: number | null; secret: string }>
      initial={{ agentId: app?.agentId ?? null, secret: '' }}
      submitLabel={t('app.save')}
      onSubmit={async ({ agentId, secret }) => {
        await ok(
          api.PUT('/api/setup/app', { body: { agentId: agentId ?? 0, secret: secret.trim() || undefined } }),
        );
        done(t('saved'));
        await props.onSaved();
      }}
    >
      <Field name="agentId" label="AgentId" hint={t('app.agent.hint')} required>
        <NumberInput min={1} />
      </Field>
      <Field
        name="secret"
        label="Secret"
        hint={t(app ? 'app.secret.keep' : 'app.secret.hint')}
        required={!app}
      >
        <PasswordInput autoComplete="off" />
      </Field>
    </Form>
  );
}
