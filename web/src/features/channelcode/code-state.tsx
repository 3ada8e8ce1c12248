import { useBecause } from '@/lib/because';
import { StateBadge } from '@/parts/StateBadge';
import { useT } from './strings';
import { type Code, codeTone } from './words';

/** Where a code stands with WeCom; what is wrong with it on hover. */
export function CodeState({ code }: { code: Code }) {
  const t = useT();
  const because = useBecause('channelcode');
  return (
    <StateBadge
      tone={code.status === 'live' && code.problem ? 'warn' : codeTone[code.status]}
      hint={because(code.problem) || t(`status.${code.status}.hint`)}
    >
      {t(`status.${code.status}`)}
    </StateBadge>
  );
}
