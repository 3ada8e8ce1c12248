import { StatTile, Tiles } from '@/parts/StatTile';
import { useT } from './strings';
import type { Code } from './words';
import './channelcode.css';

/** The figures of a code; each opens the customers behind it. */
export function Counters({ code }: { code: Code }) {
  const t = useT();
  const { added, today, lost, deleted } = code.counters;
  const rows = (kind: string) => `/channelcode/${code.id}?kind=${kind}`;
  return (
    <div className="channelcode-counters">
      <Tiles>
        <StatTile title={t('today')} definition={t('today.hint')} value={today} href={rows('added')} />
        <StatTile title={t('added')} definition={t('added.hint')} value={added} href={rows('added')} />
        <StatTile
          title={t('lost')}
          definition={t('lost.hint')}
          value={lost}
          href={rows('lost')}
          better="down"
        />
        <StatTile
          title={t('deleted')}
          definition={t('deleted.hint')}
          value={deleted}
          href={rows('deleted')}
          better="down"
        />
      </Tiles>
    </div>
  );
}
