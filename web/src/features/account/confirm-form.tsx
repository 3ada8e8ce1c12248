import { type FormEvent, useEffect, useState } from 'react';
import { api, ok } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import type { Me } from '@/api/types';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorLine } from '@/parts/ErrorView';
import { PasswordInput, TextInput } from '@/parts/fields';
import { Notice } from '@/parts/Tabs';
import { confirmedChannel } from './confirmed';
import { useT } from './strings';
import './account.css';

/** The question itself: a password with the code of the phone, or a scan. */
export default function ConfirmForm(props: {
  me: Me;
  ways: readonly string[];
  answer: (confirmed: boolean) => void;
}) {
  const { me, ways, answer } = props;
  const t = useT();
  return (
    <Dialog open onClose={() => answer(false)} title={t('confirm.title')} width={420}>
      <div className="q-stack">
        <p className="q-faint">{t('confirm.why')}</p>
        {ways.includes('password') ? (
          <ByPassword withCode={ways.includes('code')} onDone={() => answer(true)} />
        ) : (
          <ByWeCom corp={me.corp.id} onDone={() => answer(true)} />
        )}
      </div>
    </Dialog>
  );
}

const focus = (id: string) => document.getElementById(id)?.focus();

function ByPassword({ withCode, onDone }: { withCode: boolean; onDone: () => void }) {
  const t = useT();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // One can type at once, without looking for the field.
  useEffect(() => focus('confirm-password'), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === '') return;
    setBusy(true);
    setProblem(null);
    try {
      await ok(api.POST('/api/account/confirm', { body: { password, code } }));
      onDone();
    } catch (error) {
      const found = asProblem(error);
      setProblem(found);
      setCode('');
      focus(found.fields.some((field) => field.path === 'code') ? 'confirm-code' : 'confirm-password');
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="q-stack" onSubmit={(event) => void submit(event)} noValidate>
      <label className="account-line" htmlFor="confirm-password">
        <span>{t('confirm.password')}</span>
        <PasswordInput
          id="confirm-password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
      </label>
      {withCode && (
        <label className="account-line" htmlFor="confirm-code">
          <span>{t('code')}</span>
          <TextInput
            id="confirm-code"
            value={code}
            onChange={setCode}
            autoComplete="one-time-code"
            placeholder={t('code.placeholder')}
          />
        </label>
      )}
      {problem && <Refused problem={problem} />}
      <Button look="primary" block submit busy={busy} disabled={password === '' || (withCode && code === '')}>
        {t('confirm')}
      </Button>
    </form>
  );
}

/** A wrong password or code in its own words; anything else as problems are shown. */
export function Refused({ problem }: { problem: Problem }) {
  if (problem.fields.length === 0) return <ErrorLine error={problem} />;
  return <Notice tone="error" title={problem.fields.map((field) => field.message).join(' ')} />;
}

/** WeCom's page opens beside this one; when it says who is there, the page that it leads to tells us. */
function ByWeCom({ corp, onDone }: { corp: string; onDone: () => void }) {
  const t = useT();
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const channel = new BroadcastChannel(confirmedChannel);
    channel.onmessage = () => onDone();
    return () => channel.close();
  }, [onDone]);
  const query = new URLSearchParams({ confirm: 'true', corp, next: '/account/confirmed' });
  return (
    <>
      <a
        className="account-scan"
        href={`/api/account/wecom/start?${query}`}
        target="_blank"
        rel="noreferrer"
        onClick={() => setOpened(true)}
      >
        {t('confirm.wecom')}
      </a>
      {opened && <Notice tone="info" title={t('confirm.waiting')} />}
    </>
  );
}
