import { type FormEvent, useState } from 'react';
import { api, ok } from '@/api/client';
import { asProblem, type Problem } from '@/api/problem';
import { Button } from '@/parts/Button';
import { CodeBlock } from '@/parts/CodeBlock';
import { Copy } from '@/parts/Copy';
import { TextInput } from '@/parts/fields';
import { QrImage } from '@/parts/QrImage';
import { Notice } from '@/parts/Tabs';
import { Refused } from './confirm-form';
import { useT } from './strings';

export interface TotpKey {
  secret: string;
  uri: string;
}

/** A new key for the phone; it counts for nothing until its first code was typed in. */
export const beginTotp = (): Promise<TotpKey> => ok(api.POST('/api/account/totp'));

/** The second step for who may do nothing else before: what it is, then as below. */
export function FirstTotp({ onDone }: { onDone: () => void }) {
  const t = useT();
  const [begun, setBegun] = useState<TotpKey | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (begun) return <TotpSetup begun={begun} onCodes={setCodes} />;
  return (
    <div className="q-stack">
      <p>{t('totp.what')}</p>
      <div>
        <Button look="primary" onClick={async () => setBegun(await beginTotp())}>
          {t('totp.begin')}
        </Button>
      </div>
    </div>
  );
}

/** Sets the second step up: QR code and first code, for which there are recovery codes. */
export function TotpSetup(props: { begun: TotpKey; onCodes: (codes: readonly string[]) => void }) {
  const t = useT();
  const { secret, uri } = props.begun;
  return (
    <div className="q-stack">
      <p>{t('totp.scan')}</p>
      <QrImage value={uri} alt={t('totp.qr')} size={180} />
      <p className="q-faint">
        {t('totp.secret')} <code className="account-secret">{secret}</code> <Copy text={secret} />
      </p>
      <FirstCode onDone={props.onCodes} />
    </div>
  );
}

function FirstCode({ onDone }: { onDone: (codes: readonly string[]) => void }) {
  const t = useT();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { codes } = await ok(
        api.POST('/api/account/totp/finish', { body: { code: code.replace(/\s/g, '') } }),
      );
      onDone(codes);
    } catch (error) {
      setProblem(asProblem(error));
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="q-stack" onSubmit={(event) => void submit(event)} noValidate>
      <label className="account-line" htmlFor="totp-code">
        <span>{t('totp.code')}</span>
        <TextInput id="totp-code" value={code} onChange={setCode} autoComplete="one-time-code" />
      </label>
      {problem && <Refused problem={problem} />}
      <div>
        <Button look="primary" submit busy={busy} disabled={code.replace(/\s/g, '').length !== 6}>
          {t('totp.finish')}
        </Button>
      </div>
    </form>
  );
}

/** The codes for the day on which the phone is lost; nobody can show them again. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const t = useT();
  return (
    <div className="q-stack">
      <Notice tone="warning" title={t('recovery.once')}>
        {t('recovery.what')}
      </Notice>
      <CodeBlock text={codes.join('\n')} />
      <div className="q-row">
        <Button icon="download" onClick={() => keepAsFile(t('recovery.file'), codes.join('\n'))}>
          {t('recovery.download')}
        </Button>
        <Button look="primary" onClick={onDone}>
          {t('recovery.kept')}
        </Button>
      </div>
    </div>
  );
}

/** Hands a text to the browser as a file; it never leaves this machine. */
function keepAsFile(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
