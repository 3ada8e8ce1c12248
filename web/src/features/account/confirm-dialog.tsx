import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { confirmBy } from '@/api/client';
import type { Me } from '@/api/types';

/** Comes when it is needed: few sessions ever see it. */
const ConfirmForm = lazy(() => import('./confirm-form'));

interface Question {
  ways: readonly string[];
  answer: (confirmed: boolean) => void;
}

/**
 * Asks who is there before a dangerous act, for whatever call of the page needs it. Calls that
 * wait for the same answer share one dialog.
 */
export function ConfirmDialog({ me }: { me: Me }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const waiting = useRef<Promise<boolean> | null>(null);

  useEffect(
    () =>
      confirmBy((problem) => {
        waiting.current ??= new Promise<boolean>((resolve) => {
          const answer = (confirmed: boolean) => {
            waiting.current = null;
            setQuestion(null);
            resolve(confirmed);
          };
          setQuestion({ ways: problem.confirm, answer });
        });
        return waiting.current;
      }),
    [],
  );

  if (!question) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmForm me={me} ways={question.ways} answer={question.answer} />
    </Suspense>
  );
}
