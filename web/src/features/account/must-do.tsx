import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api, ok } from '@/api/client';
import type { Me } from '@/api/types';
import { MeContext } from '@/lib/me';
import { TimeZone } from '@/lib/time';
import { Button } from '@/parts/Button';
import { Logo } from '@/parts/Logo';
import { AppearanceChoice, LanguageChoice } from '@/parts/Looks';
import { Card } from '@/parts/Page';
import { ConfirmDialog } from './confirm-dialog';
import { PasswordForm } from './password-form';
import { useT } from './strings';
import { FirstTotp } from './totp-setup';
import './account.css';

/** All that somebody sees who has something to do before anything else. */
export function MustDo({ me }: { me: Me }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const password = me.must === 'password';
  const title = t(password ? 'must.password' : 'must.code');
  useEffect(() => {
    document.title = title;
  }, [title]);
  const goOn = () => void client.invalidateQueries();
  const leave = async () => {
    await ok(api.POST('/api/account/sign-out'));
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <MeContext value={me}>
      <TimeZone value={me.corp.timeZone}>
        <main className="account-must">
          <header className="q-row">
            <Logo size={32} />
            <h1>{title}</h1>
            <span className="account-must-tools">
              <LanguageChoice />
              <AppearanceChoice />
            </span>
          </header>
          <p className="q-faint">
            {t(password ? 'must.password.why' : 'must.code.why', { name: me.user.name })}
          </p>
          <Card>{password ? <PasswordForm first onDone={goOn} /> : <FirstTotp onDone={goOn} />}</Card>
          <div>
            <Button look="quiet" icon="signOut" onClick={leave}>
              {t('signOut')}
            </Button>
          </div>
        </main>
        <ConfirmDialog me={me} />
      </TimeZone>
    </MeContext>
  );
}
