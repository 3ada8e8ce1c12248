import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useUndisturbed } from '@/lib/live';
import { useCan, useMe } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Card, Columns, Page, Waiting } from '@/parts/Page';
import { PhonePreview } from '@/parts/PhonePreview';
import { QrImage } from '@/parts/QrImage';
import { useMessageVariables } from '@/parts/variables';
import { downloadQr, useRemove } from './actions';
import { Changes } from './changes';
import { CodeFacts, OnDuty } from './code-facts';
import { CodeState } from './code-state';
import { useCode } from './code-summary';
import { Counters } from './counters';
import { History } from './history';
import { PosterDialog } from './poster-dialog';
import { useT } from './strings';
import { Trouble } from './trouble';
import { type Code, namesOf } from './words';
import './channelcode.css';

/** One code: its picture, its settings, and what it brought. */
export default function DetailPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false });
  const asked = useCode(id);
  if (asked.isPending) return <Waiting rows={10} />;
  if (asked.isError)
    return (
      <Page title={t('detail')}>
        <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />
      </Page>
    );
  return <Detail code={asked.data} />;
}

function Detail({ code }: { code: Code }) {
  const t = useT();
  const { corp } = useMe();
  const can = useCan();
  const navigate = useNavigate();
  const remove = useRemove();
  const from = namesOf(code, code.members)[0] ?? corp.name;
  const variables = useMessageVariables(from);
  const [poster, setPoster] = useState(false);
  const write = can('channelcode.write');
  const undisturbed = useUndisturbed();
  const destroy = () =>
    undisturbed(async () => {
      if (await remove(code)) await navigate({ to: '/channelcode' });
    });
  return (
    <Page
      title={code.name}
      beside={<CodeState code={code} />}
      meaning={code.remark}
      actions={
        <>
          <Button
            icon="image"
            disabled={!code.qr}
            hint={code.qr ? undefined : t('preparing')}
            onClick={() => setPoster(true)}
          >
            {t('poster')}
          </Button>
          {write && (
            <Button look="primary" icon="edit" to={`/channelcode/${code.id}/edit`}>
              {t('edit.short')}
            </Button>
          )}
          {write && (
            <ActionMenu
              label={t('more', { name: code.name })}
              actions={[
                { key: 'remove', label: t('remove'), icon: 'remove', danger: true, onClick: destroy },
              ]}
            />
          )}
        </>
      }
    >
      <Trouble code={code} />
      <Columns
        left={
          <>
            <Card>
              <div className="channelcode-big">
                <QrImage src={code.qr} size={220} alt={t('qrOf', { name: code.name })} />
                <Button icon="download" disabled={!code.qr} onClick={() => downloadQr(code)}>
                  {t('downloadQr')}
                </Button>
              </div>
            </Card>
            <Card>
              <OnDuty code={code} />
            </Card>
            <Card title={t('settings')}>
              <CodeFacts code={code} />
            </Card>
            {code.greeting === 'own' && (
              <Card title={t('greeting')}>
                <PhonePreview content={code.content} from={from} variables={variables.examples} />
              </Card>
            )}
          </>
        }
        right={
          <>
            <Counters code={code} />
            <History id={code.id} />
            <Changes id={code.id} />
          </>
        }
      />
      {poster && <PosterDialog code={code} onClose={() => setPoster(false)} />}
    </Page>
  );
}
