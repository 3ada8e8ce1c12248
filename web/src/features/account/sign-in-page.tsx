import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { asProblem, type Problem } from '@/api/problem';
import type { SearchParams } from '@/lib/search-params';
import { Button } from '@/parts/Button';
import { ErrorLine, ErrorView } from '@/parts/ErrorView';
import { PasswordInput, TextInput } from '@/parts/fields';
import { Icon } from '@/parts/Icon';
import { Logo } from '@/parts/Logo';
import { AppearanceChoice, LanguageChoice } from '@/parts/Looks';
import { Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { Bridge } from './Bridge';
import { CodeForm } from './code-form';
import { safeNext, useSignIn, useSignInMethods } from './session';
import { useT } from './strings';
import './account.css';

export default function SignInPage() {
  const t = useT();
  const search = useSearch({ strict: false }) as SearchParams;
  const next = safeNext(search.next);
  const methods = useSignInMethods();
  // The password was right; the second step comes now.
  const [halfway, setHalfway] = useState(false);
  useEffect(() => {
    document.title = t('signIn.title');
  }, [t]);

  return (
    <div className="q-door">
      <div className="q-door-picture" aria-hidden="true">
        <div>
          <p className="q-door-title">{t('door.title')}</p>
          <p>{t('door.words')}</p>
        </div>
        <Bridge />
      </div>
      <main className="q-door-form">
        <div className="q-door-tools">
          <LanguageChoice />
          <AppearanceChoice />
        </div>
        <header className="q-row">
          <Logo size={40} />
          <h1>{t('signIn.title')}</h1>
        </header>
        {search.ended !== undefined ? (
          <Notice tone="warning" title={t('signIn.ended')}>
            {t('signIn.goesOn')}
          </Notice>
        ) : (
          search.next !== undefined && next !== '/' && <Notice tone="info" title={t('signIn.goesOn')} />
        )}
        {search.problem !== undefined && <TurnedBack problem={search.problem} reference={search.reference} />}
        {methods.isPending && <Waiting rows={3} />}
        {methods.isError && (
          <ErrorView compact error={methods.error} onRetry={() => void methods.refetch()} />
        )}
        {halfway && <CodeForm next={next} onBack={() => setHalfway(false)} />}
        {!halfway && methods.data?.local && <LocalForm next={next} onHalfway={() => setHalfway(true)} />}
        {!halfway && methods.data?.wecom && (
          <>
            {methods.data.local && <p className="account-or">{t('signIn.or')}</p>}
            <a className="account-scan" href={`/api/account/wecom/start?next=${encodeURIComponent(next)}`}>
              <Icon name="scan" /> {t('signIn.scan')}
            </a>
          </>
        )}
        {methods.data && !methods.data.local && !methods.data.wecom && (
          <Notice tone="warning" title={t('signIn.noWay')}>
            {t('signIn.noWay.advice')}
          </Notice>
        )}
      </main>
    </div>
  );
}

function LocalForm({ next, onHalfway }: { next: string; onHalfway: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const signIn = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [incomplete, setIncomplete] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const complete = name.trim() !== '' && password !== '';
    setIncomplete(!complete);
    if (!complete) return;
    signIn.mutate(
      { name: name.trim(), password },
      {
        onSuccess: ({ step }) =>
          step === 'code' ? onHalfway() : void navigate({ href: next, replace: true }),
        onError: () => {
          setPassword('');
          document.getElementById('sign-in-password')?.focus();
        },
      },
    );
  };

  return (
    <form className="q-stack" onSubmit={submit} noValidate>
      <label className="account-line" htmlFor="sign-in-name">
        <span>{t('name')}</span>
        <TextInput
          id="sign-in-name"
          value={name}
          onChange={setName}
          autoFocus
          autoComplete="username"
          prefix={<Icon name="member" />}
        />
      </label>
      <label className="account-line" htmlFor="sign-in-password">
        <span>{t('password')}</span>
        <PasswordInput
          id="sign-in-password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          prefix={<Icon name="lock" />}
        />
      </label>
      {incomplete && <Notice tone="error" title={t('signIn.incomplete')} />}
      {!incomplete && signIn.isError && <Refusal problem={asProblem(signIn.error)} />}
      <Button look="primary" size="large" block submit busy={signIn.isPending}>
        {t('signIn')}
      </Button>
    </form>
  );
}

function Refusal({ problem }: { problem: Problem }) {
  const t = useT();
  if (problem.status !== 401) return <ErrorLine error={problem} />;
  return (
    <Notice tone="error" title={problem.advice ? problem.detail : t('signIn.wrong')}>
      {problem.advice || t('signIn.wrong.advice')}
    </Notice>
  );
}

/** Why WeCom's sign-in led back here; the server names the reason in the address. */
function TurnedBack({ problem, reference }: { problem: unknown; reference: unknown }) {
  const t = useT();
  const known = reasons.find((reason) => reason === problem) ?? 'upstream';
  return (
    <Notice tone={known === 'declined' ? 'info' : 'error'} title={t(`back.${known}`)}>
      {t(`back.${known}.advice`)}
      {typeof reference === 'string' && (
        <p className="q-faint">
          {t('reference')} {reference}
        </p>
      )}
    </Notice>
  );
}

const reasons = [
  'declined',
  'expired',
  'notMember',
  'inactive',
  'limited',
  'upstream',
  'notReady',
  'other',
] as const;
