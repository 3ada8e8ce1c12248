import { readPreference } from '@/lib/preference';
import { useUrlFilters } from '@/lib/url-filters';
import type { Layout } from '@/parts/DataTable';
import { filtersOf, useViews, type View, Views } from '@/parts/Views';
import { type FilterKey, filterKeys, type Level } from './query';
import { useT } from './strings';

/** The list of the server's of which these are views. */
export const list = 'customer.list';

/** What a view keeps: the filters as the address has them, the level, and both tables' columns. */
export interface Looks {
  filters: Partial<Record<FilterKey, string | string[]>>;
  level: Level;
  columns?: Partial<Record<Level, Partial<Layout>>>;
}

export function looksOf(content: string | undefined): Looks {
  try {
    const looks = JSON.parse(content ?? '{}') as Partial<Looks>;
    return { filters: looks.filters ?? {}, level: looks.level ?? 'company', columns: looks.columns };
  } catch {
    return { filters: {}, level: 'company' };
  }
}

/** Under which name a table remembers its columns: each view has its own. */
export function tableName(level: Level, view: View | undefined): string {
  return view ? `customer.${level}.${view.id}.${view.version}` : `customer.${level}`;
}

/** The views of the customer list: filters, level and columns. */
export function CustomerViews() {
  const t = useT();
  const { open } = useViews(list);
  const address = useUrlFilters(...filterKeys, 'level');
  const level: Level = address.one('level') === 'follow' ? 'follow' : 'company';
  const present = (): Looks => ({
    filters: Object.fromEntries(
      filterKeys.flatMap((key) => (address.values[key] === undefined ? [] : [[key, address.values[key]]])),
    ),
    level,
    columns: {
      ...(open && looksOf(open.content).columns),
      [level]: readPreference<Partial<Layout>>(`table.${tableName(level, open)}`, {
        ...(open && looksOf(open.content).columns?.[level]),
      }),
    },
  });
  return (
    <Views
      list={list}
      present={present}
      show={(content) => ({
        ...filtersOf(content, filterKeys),
        level: looksOf(content).level === 'follow' ? 'follow' : undefined,
      })}
      busy={address.active}
      keeps={t('view.keeps')}
    />
  );
}
