import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { asProblem } from '@/api/problem';
import { Button } from '@/parts/Button';
import { CheckBox, TextInput } from '@/parts/fields';
import { Icon } from '@/parts/Icon';
import { Notice } from '@/parts/Tabs';
import { Refused } from './confirm-form';
import { useSecondStep } from './session';
import { useT } from './strings';

/** The second step of signing in. */
export function CodeForm({ next, onBack }: { next: string; onBack: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const step = useSecondStep();
  const [code, setCode] = useState('');
  const [remember, setRemember] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    step.mutate(
      { code: code.trim(), remember },
      {
        onSuccess: () => void navigate({ href: next, replace: true }),
        onError: () => {
          setCode('');
          document.getElementById('sign-in-code')?.focus();
        },
      },
    );
  };
  const problem = step.isError ? asProblem(step.error) : null;
  return (
    <form className="q-stack" onSubmit={submit} noValidate>
      <label className="account-line" htmlFor="sign-in-code">
        <span>{t('code')}</span>
        <TextInput
          id="sign-in-code"
          value={code}
          onChange={setCode}
          autoFocus
          autoComplete="one-time-code"
          placeholder={t('code.placeholder')}
          prefix={<Icon name="lock" />}
        />
      </label>
      <CheckBox checked={remember} onChange={setRemember}>
        {t('code.remember')}
      </CheckBox>
      {problem &&
        (problem.signedOut ? (
          <Notice tone="error" title={problem.detail}>
            {problem.advice}
          </Notice>
        ) : (
          <Refused problem={problem} />
        ))}
      <Button
        look="primary"
        size="large"
        block
        submit
        busy={step.isPending}
        disabled={code.trim().length < 6}
      >
        {t('signIn')}
      </Button>
      <Button look="link" onClick={onBack}>
        {t('code.back')}
      </Button>
    </form>
  );
}
