import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { Chart } from '@/parts/Chart';
import { ErrorView } from '@/parts/ErrorView';
import { Hint } from '@/parts/Facts';
import { NumberText } from '@/parts/NumberText';
import { Card, Columns, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { StatTile, Tiles } from '@/parts/StatTile';
import { classTone, type Flow, type Query, standing } from './data';
import { useT } from './strings';

type Conversion = components['schemas']['StageConversion'];

const hour = 3_600_000;

/** How far those come who came into the flow in a period, how long they stay where, and with whom. */
export function Funnel({ flow, query }: { flow: Flow; query: Query }) {
  const t = useT();
  const { language } = useI18n();
  const zone = useTimeZone();
  const now = useNow();
  const joined = useUrlFilters('joined').one('joined') ?? '30d';
  const period = periodInstants(joined, zone, now);
  const asked = {
    from: new Date(period?.from ?? now).toISOString(),
    to: new Date(period?.to ?? now).toISOString(),
    member: query.member,
    department: query.department,
  };
  const funnel = useQuery({
    queryKey: ['stage', 'funnel', flow.id, asked],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/stage/flows/{id}/funnel', { params: { path: { id: flow.id }, query: asked }, signal }),
      ),
  });
  if (funnel.isError) return <ErrorView error={funnel.error} onRetry={() => void funnel.refetch()} />;
  if (!funnel.data) return <Waiting />;
  const data = funnel.data;
  const stages = standing(flow);
  const step = (id: string) => data.stages.find((one) => one.stage === id);
  // The rows behind a figure, those who left since among them, as the figure has them.
  const list = (more: Record<string, string>) => {
    const search = new URLSearchParams({ flow: flow.id, view: 'list', joined, gone: 'all', ...more });
    if (more.member) return `/stage?${search}`;
    for (const member of query.member ?? []) search.append('member', member);
    for (const department of query.department ?? []) search.append('department', String(department));
    return `/stage?${search}`;
  };
  const way = stages.filter((stage) => stage.class !== 'lost');
  const stay = (ms: number) => {
    const digits = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    return ms >= 24 * hour
      ? t('dwell.days', { n: digits.format(ms / (24 * hour)) })
      : t('dwell.hours', { n: digits.format(ms / hour) });
  };

  return (
    <div className="q-stack">
      <Tiles>
        <StatTile
          title={t('funnel.joined')}
          definition={t('funnel.joined.hint')}
          value={data.joined}
          href={list({})}
        />
        <StatTile
          title={t('funnel.won')}
          definition={t('funnel.won.hint')}
          value={data.won}
          href={list({ outcome: 'won' })}
        />
        <StatTile
          title={t('funnel.lost')}
          definition={t('funnel.lost.hint')}
          value={data.lost}
          href={list({ outcome: 'lost' })}
        />
      </Tiles>
      <Columns
        wide="left"
        left={
          <Card title={<Hint text={t('funnel.reached.hint')}>{t('funnel.title')}</Hint>}>
            <Chart
              kind="funnel"
              label={t('funnel.title')}
              categories={data.joined > 0 ? way.map((stage) => stage.name) : []}
              series={[
                { name: t('funnel.reached'), values: way.map((stage) => step(stage.id)?.reached ?? 0) },
              ]}
              empty={t('funnel.empty')}
            />
          </Card>
        }
        right={
          <Card title={t('funnel.steps')} flush>
            <table className="stage-table">
              <thead>
                <tr>
                  <th>{t('stage')}</th>
                  <th className="stage-right">
                    <Hint text={t('funnel.reached.hint')}>{t('funnel.reached')}</Hint>
                  </th>
                  <th className="stage-right">
                    <Hint text={t('dwell.hint')}>{t('dwell')}</Hint>
                  </th>
                </tr>
              </thead>
              <tbody>
                {stages.map((stage) => (
                  <tr key={stage.id}>
                    <td>
                      <StateBadge tone={classTone[stage.class]}>{stage.name}</StateBadge>
                    </td>
                    <td className="stage-right">
                      <Link to={list(stage.class === 'lost' ? { stage: stage.id } : { reached: stage.id })}>
                        <NumberText value={step(stage.id)?.reached ?? 0} />
                      </Link>
                    </td>
                    <td className="stage-right">
                      {step(stage.id)?.left ? stay(step(stage.id)?.dwell ?? 0) : '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        }
      />
      <div className="stage-conversions">
        <Conversions
          title={t('byMember')}
          rows={data.members}
          href={(key, more) => list({ member: key, ...more })}
        />
        <Conversions
          title={t('byDepartment')}
          rows={data.departments}
          href={(key, more) => list({ main: key, ...more })}
        />
      </div>
    </div>
  );
}

function Conversions(props: {
  title: string;
  rows: readonly Conversion[];
  href: (key: string, more: Record<string, string>) => string;
}) {
  const t = useT();
  const figure = (row: Conversion, value: number, more: Record<string, string>) =>
    row.key ? (
      <Link to={props.href(row.key, more)}>
        <NumberText value={value} />
      </Link>
    ) : (
      <NumberText value={value} />
    );
  return (
    <Card title={<Hint text={t('conversion.hint')}>{props.title}</Hint>} flush>
      <div className="stage-scroll">
        <table className="stage-table">
          <thead>
            <tr>
              <th>{t('conversion.who')}</th>
              <th className="stage-right">{t('funnel.joined')}</th>
              <th className="stage-right">{t('funnel.won')}</th>
              <th className="stage-right">{t('funnel.lost')}</th>
              <th className="stage-right">{t('conversion')}</th>
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row) => (
              <tr key={row.key}>
                <td>{row.name || row.key || t('noDepartment')}</td>
                <td className="stage-right">{figure(row, row.joined, {})}</td>
                <td className="stage-right">{figure(row, row.won, { outcome: 'won' })}</td>
                <td className="stage-right">{figure(row, row.lost, { outcome: 'lost' })}</td>
                <td className="stage-right">
                  <NumberText value={row.joined > 0 ? row.won / row.joined : 0} as="percent" />
                </td>
              </tr>
            ))}
            {props.rows.length === 0 && (
              <tr>
                <td colSpan={5} className="q-faint">
                  {t('funnel.empty')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
