import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const rolesKey = ['access', 'roles'] as const;

export function useRoles() {
  return useQuery({
    queryKey: rolesKey,
    queryFn: ({ signal }) => ok(api.GET('/api/access/roles', { signal })),
  });
}

export function usePermissions() {
  return useQuery({
    queryKey: ['access', 'permissions'],
    queryFn: ({ signal }) => ok(api.GET('/api/access/permissions', { signal })),
  });
}
