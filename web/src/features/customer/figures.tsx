import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { Hint } from '@/parts/Facts';
import { StatTile, Tiles } from '@/parts/StatTile';
import type { Filters, Level } from './query';
import { useT } from './strings';

interface FiguresQuery {
  member?: string[];
  department?: number[];
  from?: string;
  to?: string;
}

export function useFigures(query: FiguresQuery = {}) {
  useLive(['customer', 'follow', 'sync'], [['customer', 'figures']]);
  return useQuery({
    queryKey: ['customer', 'figures', query],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/figures', { params: { query }, signal })),
    placeholderData: (before) => before,
  });
}

/**
 * How many there are, came and went: people once each, and pairs, each with the way to its rows. They
 * follow the list's members, departments and period; without a period it is today.
 */
export function Figures({ level, filters }: { level: Level; filters: Filters }) {
  const t = useT();
  const zone = useTimeZone();
  const now = useNow();
  const period = periodInstants(filters.one('added'), zone, now);
  const member = some(filters.many('member'));
  const department = some(filters.many('department'));
  const { data } = useFigures({
    member,
    department: department?.map(Number),
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
  });
  const follows = level === 'follow';
  const at = follows ? { level } : {};
  const who = { member, department };
  const when = period ? filters.one('added') : 'today';
  const count = (f: { customers: number; follows: number } | undefined) =>
    follows ? f?.follows : f?.customers;
  const before = (f: { customersBefore?: number; followsBefore?: number } | undefined) =>
    follows ? f?.followsBefore : f?.customersBefore;
  const other = (f: { customers: number; follows: number } | undefined) =>
    f && t(follows ? 'figure.ofCustomers' : 'figure.ofFollows', { n: follows ? f.customers : f.follows });
  const previousName = t(period ? 'figure.before' : 'figure.yesterday');
  return (
    <Tiles>
      <StatTile
        title={t(`figure.total.${level}`)}
        definition={`${t(`figure.total.${level}.definition`)}${t('figure.follows.who')}`}
        value={count(data?.total)}
        note={other(data?.total)}
        href={hrefOf('/customer', { ...at, ...who })}
      />
      <StatTile
        title={t(period ? `figure.new.period.${level}` : `figure.new.${level}`)}
        definition={`${t(`figure.new.${level}.definition`)}${t('figure.follows')}`}
        value={count(data?.begun)}
        previous={before(data?.begun)}
        previousName={previousName}
        note={other(data?.begun)}
        better="up"
        href={hrefOf('/customer', { ...at, ...who, added: when, standing: 'all', came: 'new' })}
      />
      <StatTile
        title={t(period ? 'figure.lost.period' : 'figure.lost')}
        definition={`${t('figure.lost.definition')}${t('figure.follows')}`}
        value={data?.lost?.follows}
        previous={data?.lost?.followsBefore}
        previousName={previousName}
        note={data?.lost && t('figure.ofCustomers', { n: data.lost.customers })}
        better="down"
        href={hrefOf('/churn', { ...who, lost: when })}
      />
    </Tiles>
  );
}

function some(values: string[]): string[] | undefined {
  return values.length > 0 ? values : undefined;
}

/** A list's address with these filters set. */
function hrefOf(path: string, filters: Record<string, string | string[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(filters)) {
    for (const one of value === undefined ? [] : [value].flat()) search.append(key, one);
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

/** Members whose customers WeCom does not show, by name. */
export function WithoutContact() {
  const t = useT();
  const { data } = useFigures();
  if (!data || data.withoutContact === 0) return null;
  const names = data.names.join(t('comma'));
  const more = data.withoutContact > data.names.length;
  return (
    <span className="customer-sync q-faint">
      <Hint
        text={t('contactless.hint', {
          names: more ? t('contactless.more', { names, n: data.withoutContact }) : names,
        })}
      >
        {t('contactless', { n: data.withoutContact })}
      </Hint>
    </span>
  );
}
