import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTiles, useTrend } from '@/api/tiles';
import type { HomeTile } from '@/api/types';
import { useI18n } from '@/lib/i18n';
import { useMe } from '@/lib/me';
import { partsIn, useTimeZone } from '@/lib/time';
import { Chart } from '@/parts/Chart';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Icon, isIconName } from '@/parts/Icon';
import { Card, Page, Waiting } from '@/parts/Page';
import { StatTile, Tiles } from '@/parts/StatTile';
import { Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import './home.css';

/** Figures of which fewer are better; the others are better when more, or neither. */
const worse = new Set(['churn.today', 'churn.total', 'customer.deletedToday', 'customer.lostToday']);

export default function HomePage() {
  const t = useT();
  const { user, corp } = useMe();
  const zone = useTimeZone();
  const tiles = useTiles();
  const hour = Number(partsIn(zone, Date.now()).hour);
  const greeting =
    hour < 5 ? 'night' : hour < 11 ? 'morning' : hour < 14 ? 'noon' : hour < 18 ? 'afternoon' : 'evening';

  return (
    <Page
      title={t(`hello.${greeting}`, { name: user.name })}
      meaning={
        <>
          {t('meaning', { corp: corp.name })}
          {tiles.data && (
            <>
              {' '}
              {t('asOf')} <TimeText at={tiles.data.asOf} show="time" />
            </>
          )}
        </>
      }
    >
      {tiles.isPending && <Waiting rows={4} />}
      {tiles.isError && !tiles.data && <ErrorView error={tiles.error} onRetry={() => void tiles.refetch()} />}
      {tiles.data && <Figures tiles={tiles.data.tiles} />}
      <Trend />
      <Shortcuts />
    </Page>
  );
}

function Figures({ tiles }: { tiles: readonly HomeTile[] }) {
  const t = useT();
  const { text } = useI18n();
  const { permissions } = useMe();
  if (tiles.length === 0 && permissions.length === 0)
    return <Empty icon="lock" title={t('noRights')} hint={t('noRights.hint')} />;
  if (tiles.length === 0) return <Empty icon="data" title={t('noTiles')} hint={t('noTiles.hint')} />;
  return (
    <Tiles>
      {tiles.map((tile) => (
        <StatTile
          key={tile.key}
          title={text(`tile.${tile.key}`, undefined, tile.key)}
          definition={text(`tile.${tile.key}.definition`, undefined, '')}
          value={tile.value}
          previous={tile.before}
          better={worse.has(tile.key) ? 'down' : 'up'}
          href={tile.href}
          alarm={tile.value > 0 ? tile.level : undefined}
        />
      ))}
    </Tiles>
  );
}

const spans = ['7', '30', '90'] as const;

/** What came and went by day. */
function Trend() {
  const t = useT();
  const { text } = useI18n();
  const [span, setSpan] = useState<(typeof spans)[number]>('30');
  const trend = useTrend(Number(span));
  if (trend.data?.trends.length === 0) return null; // nothing that he may see
  return (
    <Card
      title={t('byDay')}
      actions={
        <Switcher
          value={span}
          onChange={setSpan}
          label={t('byDay.span')}
          options={spans.map((days) => ({ value: days, label: t('byDay.days', { n: Number(days) }) }))}
        />
      }
    >
      {trend.isPending && <Waiting rows={4} />}
      {trend.isError && !trend.data && (
        <ErrorView compact error={trend.error} onRetry={() => void trend.refetch()} />
      )}
      {trend.data && (
        <Chart
          kind="line"
          label={t('byDay')}
          categories={trend.data.days.map((day) => day.slice(5))}
          series={trend.data.trends.map(({ key, values }) => ({
            name: text(`trend.${key}`, undefined, key),
            values,
          }))}
        />
      )}
    </Card>
  );
}

/** The menu as a map: where what is, for those who come for the first time. */
function Shortcuts() {
  const t = useT();
  const { menu } = useMe();
  const { text } = useI18n();
  const groups = menu.filter((group) => group.group !== 'home' && group.items.length > 0);
  if (groups.length === 0) return null;
  return (
    <Card title={t('shortcuts')}>
      <div className="home-map">
        {groups.map((group) => (
          <section key={group.group}>
            <h3>
              <Icon name={isIconName(group.group) ? group.group : 'file'} />
              {text(`menu.group.${group.group}`, undefined, group.group)}
            </h3>
            {group.items.map((item) => (
              <Link key={item.key} to={item.path}>
                {item.title ?? text(`menu.${item.key}`, undefined, item.key)}
              </Link>
            ))}
          </section>
        ))}
      </div>
    </Card>
  );
}
