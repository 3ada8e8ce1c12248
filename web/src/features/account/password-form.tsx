import { useState } from 'react';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { PasswordInput } from '@/parts/fields';
import { changePassword } from './session';
import { useT } from './strings';

interface Passwords {
  current: string;
  next: string;
  again: string;
}

const shortest = 10;

/** Changes the own password; `first` when it replaces one that was made up. */
export function PasswordForm({ first, onDone }: { first?: boolean; onDone?: () => void }) {
  const t = useT();
  const { done } = useFeedback();
  // A new key after each change empties the fields.
  const [round, setRound] = useState(0);
  return (
    <Form<Passwords>
      key={round}
      initial={{ current: '', next: '', again: '' }}
      submitLabel={t(first ? 'must.password.save' : 'password.change')}
      onSubmit={async ({ current, next }) => {
        await changePassword({ current, next });
        done(t('password.changed'));
        setRound(round + 1);
        onDone?.();
      }}
    >
      {(values) => (
        <>
          <Field name="current" label={t(first ? 'must.password.first' : 'password.current')} required>
            <PasswordInput autoComplete="current-password" />
          </Field>
          <Field
            name="next"
            label={t('password.next')}
            required
            hint={t('password.hint', { n: shortest })}
            check={(value: string) =>
              value.length < shortest ? t('password.short', { n: shortest }) : undefined
            }
          >
            <PasswordInput autoComplete="new-password" />
          </Field>
          <Field
            name="again"
            label={t('password.again')}
            required
            check={(value: string) => (value === values.next ? undefined : t('password.differ'))}
          >
            <PasswordInput autoComplete="new-password" />
          </Field>
        </>
      )}
    </Form>
  );
}
