import { QueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/problem';

/** Reads are tried again when the server was away, never when it refused; news comes by /api/live, not by refetching. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status === 503),
      },
      mutations: { retry: false },
    },
  });
}
