import { Link } from '@tanstack/react-router';
import type { components } from '@/api/schema';
import { Avatar } from '@/parts/Avatar';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { NumberText } from '@/parts/NumberText';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';
import { LevelBadge, signed } from './words';

type Effect = components['schemas']['IntentionEffect'];

/** What other rules would do, before they hold. */
export function EffectView(props: { effect: Effect; onApply: () => Promise<void>; onClose: () => void }) {
  const t = useT();
  const { effect } = props;
  const most = Math.max(1, ...effect.levels.flatMap((level) => [level.before, level.after]));
  return (
    <div className="q-stack">
      <Notice
        tone={effect.changed > 0 ? 'warning' : 'info'}
        title={t('effect.changed', { n: effect.changed })}
      >
        {effect.changed > 0 && t('effect.ways', { up: effect.up, down: effect.down })}
        {effect.looked < effect.customers &&
          ` ${t('effect.sampled', { looked: effect.looked, n: effect.customers })}`}
      </Notice>
      <table className="intention-effect">
        <thead>
          <tr>
            <th>{t('level')}</th>
            <th>{t('effect.before')}</th>
            <th>{t('effect.after')}</th>
            <th>{t('effect.difference')}</th>
          </tr>
        </thead>
        <tbody>
          {effect.levels.map(({ level, before, after }) => (
            <tr key={level}>
              <th scope="row">
                <LevelBadge level={level} />
              </th>
              <td>
                <NumberText value={before} />
                <meter min={0} max={most} value={before} aria-hidden="true" />
              </td>
              <td>
                <NumberText value={after} />
                <meter min={0} max={most} value={after} aria-hidden="true" />
              </td>
              <td className="q-num">{after === before ? '–' : signed(after - before)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{t('movers')}</h3>
      {effect.movers.length === 0 && <Empty compact title={t('movers.none')} />}
      <ul className="intention-movers">
        {effect.movers.map((mover) => (
          <li key={mover.id}>
            <Avatar name={mover.name} src={mover.avatar || undefined} size={24} />
            <Link to={`/customer/${mover.id}`} target="_blank" className="q-ellipsis">
              {mover.name || t('nameless')}
            </Link>
            <span className="q-grow" />
            <span className="q-num">
              {mover.before} → {mover.after}
            </span>
            <LevelBadge level={mover.beforeLevel} />
            <span aria-hidden="true">→</span>
            <LevelBadge level={mover.afterLevel} />
          </li>
        ))}
      </ul>
      <div className="q-row">
        <Button look="primary" onClick={props.onApply}>
          {t('apply')}
        </Button>
        <Button onClick={props.onClose}>{t('back')}</Button>
      </div>
    </div>
  );
}
