import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** The ways to sign in that this installation has set up. */
export function useSignInMethods() {
  return useQuery({
    queryKey: ['account', 'methods'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/methods', { signal })),
  });
}

/** Signs in by name and password; what another person's session had read is forgotten. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => ok(api.POST('/api/account/sign-in', { body })),
    onSuccess: () => client.clear(),
  });
}

export function changePassword(body: { current: string; next: string }) {
  return ok(api.PUT('/api/account/password', { body }));
}

/** Where to go after signing in: only ever a page of this console, whatever the address says. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return '/';
  // Browsers drop tabs and line breaks inside an address, so "/\t/evil" would become "//evil".
  return [...next].some((sign) => sign <= ' ') ? '/' : next;
}
