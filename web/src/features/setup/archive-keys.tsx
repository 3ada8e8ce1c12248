import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { Copy } from '@/parts/Copy';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { TimeText } from '@/parts/TimeText';
import type { Connection } from './connection-page';
import { useT } from './strings';

/** The public keys of the message archive; the newest is the one to paste into WeCom. */
export function ArchiveKeys(props: {
  keys: Connection['archiveKeys'];
  write: boolean;
  onSaved: () => Promise<unknown>;
}) {
  const { keys, write, onSaved } = props;
  const t = useT();
  const { confirm, done } = useFeedback();
  const make = async () => {
    if (keys.length > 0) {
      const sure = await confirm({
        title: t('archive.again.title'),
        detail: t('archive.again.detail'),
        action: t('archive.again'),
      });
      if (!sure) return;
    }
    await ok(api.POST('/api/setup/archive-keys'));
    done(t('archive.made'));
    await onSaved();
  };
  return (
    <>
      <Facts
        items={keys.map((key, place) => ({
          name: t(place === 0 ? 'archive.current' : 'archive.older', { n: key.number }),
          value: (
            <span className="q-row">
              {t('archive.since')} <TimeText at={key.at} show="time" />
              <Copy text={key.public} />
            </span>
          ),
        }))}
      />
      {keys[0] && <pre className="setup-key">{keys[0].public}</pre>}
      {write && (
        <span>
          <Button icon="lock" onClick={make}>
            {t(keys.length > 0 ? 'archive.again' : 'archive.make')}
          </Button>
        </span>
      )}
    </>
  );
}
