import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';

export type SessionView = components['schemas']['AccountSessionView'];
export type LocalAccount = components['schemas']['AccountLocalAccount'];
export type Policy = components['schemas']['AccountPolicy'];

/** The ways to sign in that this installation has set up. */
export function useSignInMethods() {
  return useQuery({
    queryKey: ['account', 'methods'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/methods', { signal })),
  });
}

/** Signs in by name and password; what another person's session had read is forgotten once he is in. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => ok(api.POST('/api/account/sign-in', { body })),
    onSuccess: ({ step }) => step === 'done' && client.clear(),
  });
}

/** The second step: a code from the phone, or a recovery code. */
export function useSecondStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { code: string; remember: boolean }) =>
      ok(api.POST('/api/account/sign-in/code', { body })),
    onSuccess: () => client.clear(),
  });
}

export function changePassword(body: { current: string; next: string }) {
  return ok(api.PUT('/api/account/password', { body }));
}

/** How the own account is protected. */
export function useSecurity() {
  return useQuery({
    queryKey: ['account', 'security'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/security', { signal })),
  });
}

/** Where to go after signing in: only ever a page of this console, whatever the address says. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return '/';
  // Browsers drop tabs and line breaks inside an address, so "/\t/evil" would become "//evil".
  return [...next].some((sign) => sign <= ' ') ? '/' : next;
}
