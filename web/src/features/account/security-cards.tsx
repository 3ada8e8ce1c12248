import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Card, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { DeviceName } from './device';
import { useSecurity } from './session';
import { useT } from './strings';
import { beginTotp, RecoveryCodes, type TotpKey, TotpSetup } from './totp-setup';

/** 两步验证: on or off, recovery codes, remembered browsers. */
export function SecondStepCard() {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const security = useSecurity();
  const [begun, setBegun] = useState<TotpKey | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['account', 'security'] });
  const close = () => {
    setBegun(null);
    setCodes(null);
    void refresh();
  };
  if (!security.data)
    return (
      <Card title={t('totp')}>
        {security.isError ? (
          <ErrorView compact error={security.error} onRetry={() => void security.refetch()} />
        ) : (
          <Waiting rows={2} />
        )}
      </Card>
    );
  const { totp, recoveryLeft, required, devices } = security.data;
  const turnOff = () =>
    feedback.confirm({
      title: t('totp.off.title'),
      detail: t('totp.off.detail'),
      action: t('totp.off'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/account/totp'));
        await refresh();
      },
    });
  const renew = () =>
    feedback.confirm({
      title: t('recovery.new.title'),
      detail: t('recovery.new.detail', { n: recoveryLeft }),
      action: t('recovery.new.action'),
      danger: true,
      onConfirm: async () => setCodes((await ok(api.POST('/api/account/totp/recovery'))).codes),
    });
  return (
    <Card
      title={t('totp')}
      actions={<StateBadge tone={totp ? 'good' : 'warn'}>{t(totp ? 'totp.on' : 'totp.none')}</StateBadge>}
    >
      <div className="q-stack">
        <p className="q-faint">{t(totp ? 'totp.left' : 'totp.what', { n: recoveryLeft })}</p>
        <div className="q-row">
          {totp ? (
            <>
              <Button onClick={renew}>{t('recovery.new')}</Button>
              <Button
                look="danger"
                disabled={required}
                hint={required ? t('totp.required') : undefined}
                onClick={turnOff}
              >
                {t('totp.off')}
              </Button>
            </>
          ) : (
            <Button look="primary" onClick={async () => setBegun(await beginTotp())}>
              {t('totp.begin')}
            </Button>
          )}
        </div>
        {devices.length > 0 && (
          <>
            <h3>{t('devices')}</h3>
            <ul className="account-list">
              {devices.map((device) => (
                <li key={device.id}>
                  <span>
                    <DeviceName agent={device.agent} />
                    <small className="q-faint">
                      {device.address} · {t('devices.used')} <TimeText at={device.usedAt} />
                    </small>
                  </span>
                  <Button
                    size="small"
                    look="quiet"
                    onClick={async () => {
                      await ok(
                        api.DELETE('/api/account/devices/{id}', { params: { path: { id: device.id } } }),
                      );
                      await refresh();
                    }}
                  >
                    {t('devices.forget')}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <Dialog open={begun !== null && codes === null} onClose={close} title={t('totp.begin')} width={460}>
        {begun && <TotpSetup begun={begun} onCodes={setCodes} />}
      </Dialog>
      <Dialog once open={codes !== null} onClose={close} title={t('recovery')} width={460}>
        {codes && <RecoveryCodes codes={codes} onDone={close} />}
      </Dialog>
    </Card>
  );
}
