import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { Hint } from '@/parts/Facts';
import { StatTile, Tiles } from '@/parts/StatTile';
import { useT } from './strings';

export function useFigures() {
  useLive(['customer', 'follow', 'sync'], [['customer', 'figures']]);
  return useQuery({
    queryKey: ['customer', 'figures'],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/figures', { signal })),
  });
}

/** How many there are, came and went today: people once each, and pairs, each with the way to its rows. */
export function Figures({ level }: { level: 'company' | 'follow' }) {
  const t = useT();
  const { data } = useFigures();
  const follows = level === 'follow';
  const at = follows ? '&level=follow' : '';
  const count = (f: { customers: number; follows: number } | undefined) =>
    follows ? f?.follows : f?.customers;
  const before = (f: { customersBefore?: number; followsBefore?: number } | undefined) =>
    follows ? f?.followsBefore : f?.customersBefore;
  const other = (f: { customers: number; follows: number } | undefined) =>
    f && t(follows ? 'figure.ofCustomers' : 'figure.ofFollows', { n: follows ? f.customers : f.follows });
  return (
    <Tiles>
      <StatTile
        title={t(`figure.total.${level}`)}
        definition={t(`figure.total.${level}.definition`)}
        value={count(data?.total)}
        note={other(data?.total)}
        href={follows ? '/customer?level=follow' : '/customer'}
      />
      <StatTile
        title={t(`figure.new.${level}`)}
        definition={t(`figure.new.${level}.definition`)}
        value={count(data?.newToday)}
        previous={before(data?.newToday)}
        previousName={t('figure.yesterday')}
        note={other(data?.newToday)}
        better="up"
        href={`/customer?added=today&standing=all${at}`}
      />
      <StatTile
        title={t(`figure.lost.${level}`)}
        definition={t(`figure.lost.${level}.definition`)}
        value={count(data?.lostToday)}
        previous={before(data?.lostToday)}
        previousName={t('figure.yesterday')}
        note={other(data?.lostToday)}
        better="down"
        href="/churn?lost=today"
      />
    </Tiles>
  );
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
