import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useFeedback } from '@/parts/Feedback';
import type { Tone } from '@/parts/StateBadge';

export type Finding = components['schemas']['CorpFinding'];
export type State = Finding['state'];

export const tones: Record<State, Tone> = { ok: 'good', warn: 'warn', fail: 'bad', wait: 'quiet' };

/** The state that stands for many: what is wrong before what is not known. */
export function worst(states: readonly State[]): State {
  return (['fail', 'warn', 'wait'] as const).find((state) => states.includes(state)) ?? 'ok';
}

/** The latest examination, kept fresh by news, and a way to examine now. */
export function useHealth() {
  const client = useQueryClient();
  const { problem } = useFeedback();
  const latest = useQuery({
    queryKey: ['setup', 'health'],
    queryFn: ({ signal }) => ok(api.GET('/api/setup/health', { signal })),
  });
  useLive('health', [['setup', 'health']]);
  const check = useMutation({
    mutationFn: () => ok(api.POST('/api/setup/check')),
    onSuccess: (answer) => {
      // Of two that overlap the one that began later stands.
      client.setQueryData<typeof answer>(['setup', 'health'], (known) =>
        known && known.corp.at > answer.corp.at ? known : answer,
      );
      return client.invalidateQueries({ queryKey: ['setup', 'connection'] });
    },
    onError: problem,
  });
  return { latest, check };
}
