import { useQuery } from '@tanstack/react-query';
import { api, ok } from './client';

/** Members, departments and tags as the pickers need them. Their live topics are the first words of the keys. */

export const memberKeys = {
  search: (q: string, department?: string) => ['members', 'search', q, department ?? ''] as const,
  named: (ids: readonly string[]) => ['members', 'named', [...ids].sort()] as const,
};

/** Up to 50 members whose name or pinyin holds q, of a department and those below it when one is given. */
export function useMemberSearch(q: string, department?: string, enabled = true) {
  return useQuery({
    queryKey: memberKeys.search(q, department),
    queryFn: ({ signal }) =>
      ok(api.GET('/api/mirror/members', { params: { query: { q, department, limit: 50 } }, signal })),
    enabled,
    placeholderData: (before) => before,
  });
}

/** The members with these ids; ids that nobody bears any more are left out. */
export function useMembersNamed(ids: readonly string[]) {
  return useQuery({
    queryKey: memberKeys.named(ids),
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/mirror/members', {
          params: { query: { id: [...ids].sort(), limit: ids.length } },
          signal,
        }),
      ),
    enabled: ids.length > 0,
    staleTime: 5 * 60_000,
  });
}

/** The department tree as a list, parents before their children. */
export function useDepartments(enabled = true) {
  return useQuery({
    queryKey: ['departments'],
    queryFn: ({ signal }) => ok(api.GET('/api/mirror/departments', { signal })),
    enabled,
    staleTime: 5 * 60_000,
  });
}

/** Up to 50 customer groups whose name holds q. */
export function useGroupSearch(q: string, enabled = true) {
  return useQuery({
    queryKey: ['group', 'search', q],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/mirror/groups', { params: { query: { q, limit: 50 } }, signal })),
    enabled,
    placeholderData: (before) => before,
  });
}

/** The groups with these chat_ids. */
export function useGroupsNamed(ids: readonly string[]) {
  return useQuery({
    queryKey: ['group', 'named', [...ids].sort()],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/mirror/groups', {
          params: { query: { id: [...ids].sort(), limit: Math.min(ids.length, 200) } },
          signal,
        }),
      ),
    enabled: ids.length > 0,
    staleTime: 5 * 60_000,
  });
}

/** The corp's tags, by group. */
export function useTags(enabled = true) {
  return useQuery({
    queryKey: ['tags'],
    queryFn: ({ signal }) => ok(api.GET('/api/mirror/tags', { signal })),
    enabled,
    staleTime: 60_000,
  });
}
