import { useMemo } from 'react';
import type { MessageVariable } from './MessageEditor';
import { useT } from './strings';

/**
 * The variables that the server fills in before it sends a greeting (internal/message);
 * tokens are the same in every language. The examples are for a preview; the member's is
 * his own name when it is known.
 */
export function useMessageVariables(member?: string): {
  list: MessageVariable[];
  examples: Record<string, string>;
} {
  const t = useT();
  return useMemo(() => {
    const list = (['variable.customer', 'variable.member'] as const).map((key) => ({
      token: t(`${key}.token`),
      label: t(key),
      example: (key === 'variable.member' && member) || t(`${key}.example`),
    }));
    return { list, examples: Object.fromEntries(list.map(({ token, example }) => [token, example])) };
  }, [t, member]);
}
