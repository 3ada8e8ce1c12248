import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { SearchParams } from './search-params';

export type FilterValue = string | string[] | undefined;

/** The filters of a list; they live in the page's address, so that a view can be shared and found again. */
export interface UrlFilters<Key extends string = string> {
  /** The keys that are filters of this page. */
  readonly keys: readonly Key[];
  /** The values by key, only those that are set. */
  readonly values: Partial<Record<Key, string | string[]>>;
  /** True when any filter is set. */
  readonly active: boolean;
  one(key: Key): string | undefined;
  many(key: Key): string[];
  /** Changes some filters; undefined, "" and [] clear. The address is replaced, so that "back" leaves the list. */
  patch(changes: Partial<Record<Key, FilterValue>>): void;
  clear(): void;
}

/** What a query of the server takes for several values: none is no condition. */
export function some<T>(values: T[]): T[] | undefined {
  return values.length > 0 ? values : undefined;
}

/** The query of the page's address, and the way to another; the address is replaced, so that "back" leaves the page. */
export function useAddress() {
  const search = useSearch({ strict: false }) as SearchParams;
  const navigate = useNavigate();
  const show = useCallback(
    (next: SearchParams | ((before: SearchParams) => SearchParams)) =>
      void navigate({ to: '.', search: next as never, replace: true }),
    [navigate],
  );
  return { search, show };
}

/** Filters of a list page, under these keys of the address's query; other keys are left alone. */
export function useUrlFilters<Key extends string>(...keys: Key[]): UrlFilters<Key> {
  const { search, show } = useAddress();
  const known = keys.join(' ');

  const values = useMemo(() => {
    const set: Partial<Record<Key, string | string[]>> = {};
    for (const key of known.split(' ') as Key[]) {
      const value = search[key];
      if (value !== undefined && value.length > 0) set[key] = value;
    }
    return set;
  }, [search, known]);

  const patch = useCallback(
    (changes: Partial<Record<Key, FilterValue>>) => {
      show((before) => {
        const after: Record<string, FilterValue> = { ...before, ...changes };
        for (const [key, value] of Object.entries(after)) {
          if (value === undefined || value.length === 0) delete after[key];
        }
        return after as SearchParams;
      });
    },
    [show],
  );

  return useMemo(() => {
    const many = (key: Key): string[] => {
      const value: string | string[] | undefined = values[key];
      return value === undefined ? [] : typeof value === 'string' ? [value] : value;
    };
    return {
      keys: known.split(' ') as Key[],
      values,
      active: Object.keys(values).length > 0,
      one: (key) => many(key)[0],
      many,
      patch,
      clear: () => patch(Object.fromEntries(known.split(' ').map((key) => [key, undefined])) as never),
    };
  }, [values, patch, known]);
}
