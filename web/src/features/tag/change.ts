import { useQueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/problem';
import { useFeedback } from '@/parts/Feedback';
import { useT } from './strings';
import type { Change } from './words';

/** Tells what became of a change, and reads the library again; a refusal is a problem with advice. */
export function useSettle(): (asked: Promise<Change>) => Promise<Change> {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  return async (asked) => {
    const change = await asked;
    await Promise.all([
      client.invalidateQueries({ queryKey: ['tag'] }),
      client.invalidateQueries({ queryKey: ['tags'] }),
    ]);
    if (change.state === 'refused') throw refusal(change);
    done(t(change.state === 'done' ? 'change.done' : 'change.waiting'));
    return change;
  };
}

/** What WeCom refused, in the form of any other problem. */
export function refusal(change: Change): Problem {
  return new Problem(502, {
    code: 'upstream',
    title: change.reason,
    detail: change.reason,
    advice: change.advice,
    upstream: change.errcode || undefined,
  });
}
