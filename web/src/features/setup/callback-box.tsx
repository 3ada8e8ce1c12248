import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import type { Connection } from './connection-page';
import { ToCopy } from './step';
import { useT } from './strings';

/** The callback's address, and Token and EncodingAESKey for the one moment in which they can be copied. */
export function CallbackBox(props: {
  app: NonNullable<Connection['app']>;
  write: boolean;
  onSaved: () => Promise<unknown>;
}) {
  const t = useT();
  const { confirm } = useFeedback();
  const [made, setMade] = useState<components['schemas']['SetupCallback'] | null>(null);
  const { app } = props;
  const works = app.verifiedAt > 0 || app.eventAt > 0;
  const make = async () => {
    if (works) {
      const sure = await confirm({
        title: t('callback.again.title'),
        detail: t('callback.again.detail'),
        action: t('callback.again'),
        danger: true,
      });
      if (!sure) return;
    }
    setMade(await ok(api.POST('/api/setup/callback', { body: {} })));
    await props.onSaved();
  };
  return (
    <>
      <Facts
        items={[
          { name: 'URL', value: <ToCopy text={app.callbackUrl} /> },
          ...(made
            ? [
                { name: 'Token', value: <ToCopy text={made.token} /> },
                { name: 'EncodingAESKey', value: <ToCopy text={made.key} /> },
              ]
            : [
                {
                  name: t('callback.secrets'),
                  value: works ? (
                    <>
                      {t('set')} <TimeText at={app.callbackSetAt} show="time" />
                    </>
                  ) : (
                    t('callback.none')
                  ),
                },
              ]),
          // Events that arrive say more than a verification that nobody has seen.
          ...(app.eventAt > 0 && app.verifiedAt === 0
            ? []
            : [
                {
                  name: t('callback.verified'),
                  value: app.verifiedAt ? <TimeText at={app.verifiedAt} /> : t('notYet'),
                },
              ]),
          { name: t('callback.event'), value: app.eventAt ? <TimeText at={app.eventAt} /> : t('notYet') },
        ]}
      />
      {made && <Notice tone="warning" title={t('callback.once')} />}
      {props.write && (
        <span>
          <Button icon="lock" look={works ? 'default' : 'primary'} onClick={make}>
            {t(works || made ? 'callback.again' : 'callback.make')}
          </Button>
        </span>
      )}
    </>
  );
}
