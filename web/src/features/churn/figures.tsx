import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Chart } from '@/parts/Chart';
import { ErrorView } from '@/parts/ErrorView';
import { Card, Waiting } from '@/parts/Page';
import { StatTile, Tiles } from '@/parts/StatTile';
import { Switcher } from '@/parts/Tabs';
import type { useChurnQuery } from './query';
import { useT } from './strings';
import { type Figures, type Kind, useChannelName } from './words';

/** What stands in a ranking at most: more bars are a list, and that is next door. */
const ranked = 15;

/** The numbers behind the list: sums with the period before, by day, member, department and channel. */
export function FiguresView({
  kind,
  handed,
  query,
}: {
  kind: Kind;
  handed: boolean;
  query: ReturnType<typeof useChurnQuery>['query'];
}) {
  const t = useT();
  const figures = useQuery({
    queryKey: ['churn', 'figures', kind, handed, query],
    queryFn: ({ signal }) =>
      kind === 'lost'
        ? ok(api.GET('/api/churn/losses/figures', { params: { query }, signal }))
        : ok(
            api.GET('/api/churn/deletions/figures', {
              params: { query: { ...query, handed: handed || undefined } },
              signal,
            }),
          ),
    placeholderData: (before) => before,
  });
  if (figures.isError && !figures.data) {
    return <ErrorView error={figures.error} onRetry={() => void figures.refetch()} />;
  }
  if (!figures.data) return <Waiting rows={8} />;
  const f = figures.data;
  const name = t(handed ? 'handed.yes' : `figure.${kind}`);
  return (
    <>
      <Tiles>
        <StatTile
          title={name}
          definition={t('figure.total.definition')}
          value={f.total}
          previous={f.before}
          previousName={t('figure.before')}
          better={handed ? 'neither' : 'down'}
        />
        <StatTile title={t('figure.company')} definition={t('figure.company.definition')} value={f.company} />
        <StatTile
          title={t('figure.returned')}
          definition={t('figure.returned.definition')}
          value={f.returned}
        />
        <StatTile title={t('figure.members')} definition={t('figure.members.definition')} value={f.members} />
        <StatTile
          title={t('figure.days')}
          definition={t('figure.days.definition')}
          value={f.daysKept === undefined ? undefined : Math.round(f.daysKept)}
        />
      </Tiles>
      <Card title={t('figure.byDay')}>
        <Chart
          kind="columns"
          label={t('figure.byDay')}
          categories={f.days.map((d) => d.day)}
          series={[{ name, values: f.days.map((d) => d.count) }]}
        />
      </Card>
      <Ranking figures={f} name={name} />
    </>
  );
}

type By = 'member' | 'department' | 'channel';

function Ranking({ figures, name }: { figures: Figures; name: string }) {
  const t = useT();
  const channelName = useChannelName();
  const [by, setBy] = useState<By>('member');
  const rows = {
    member: figures.byMember.map((x) => ({ name: x.name, count: x.count })),
    department: figures.byDepartment.map((x) => ({ name: x.name || t('figure.nowhere'), count: x.count })),
    channel: figures.byChannel.map((x) => ({
      name: channelName({ channel: x.name, addWay: x.addWay }),
      count: x.count,
    })),
  }[by].slice(0, ranked);
  return (
    <Card
      title={t('figure.ranking')}
      actions={
        <Switcher<By>
          value={by}
          onChange={setBy}
          label={t('figure.ranking')}
          options={(['member', 'department', 'channel'] as const).map((value) => ({
            value,
            label: t(`figure.by.${value}`),
          }))}
        />
      }
    >
      <p className="q-faint">{t(`figure.by.${by}.definition`)}</p>
      <Chart
        kind="bar"
        label={t('figure.ranking')}
        height={Math.max(160, rows.length * 32 + 40)}
        categories={rows.map((x) => x.name)}
        series={[{ name, values: rows.map((x) => x.count) }]}
      />
    </Card>
  );
}
