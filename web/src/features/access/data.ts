import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const rolesKey = ['access', 'roles'] as const;

export function useRoles() {
  return useQuery({
    queryKey: rolesKey,
    queryFn: ({ signal }) => ok(api.GET('/api/access/roles', { signal })),
  });
}

/** The local accounts that roles can be given to. */
export function useAccounts(enabled: boolean) {
  return useQuery({
    queryKey: ['access', 'accounts'],
    queryFn: ({ signal }) => ok(api.GET('/api/access/accounts', { signal })),
    enabled,
  });
}

export function usePermissions() {
  return useQuery({
    queryKey: ['access', 'permissions'],
    queryFn: ({ signal }) => ok(api.GET('/api/access/permissions', { signal })),
  });
}
