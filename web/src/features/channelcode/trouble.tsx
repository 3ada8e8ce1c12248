import { useBecause } from '@/lib/because';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';
import type { Code } from './words';

/** What stands between a code and its customers, and what to do about it. */
export function Trouble({ code }: { code: Code }) {
  const t = useT();
  const can = useCan();
  const because = useBecause('channelcode');
  if (code.status === 'pending')
    return (
      <Notice tone="info" title={t('preparing')}>
        {t('preparing.hint')}
      </Notice>
    );
  if (!code.problem && code.left.length > 0)
    return (
      <Notice
        tone="warning"
        title={t('gone', { names: code.left.join(t('comma')) })}
        action={
          can('channelcode.write') && (
            <Button size="small" to={`/channelcode/${code.id}/edit`}>
              {t('edit.short')}
            </Button>
          )
        }
      >
        {t('gone.hint')}
      </Notice>
    );
  if (!code.problem) return null;
  return (
    <Notice
      tone={code.status === 'broken' ? 'error' : 'warning'}
      title={t(code.status === 'broken' ? (code.qr ? 'broken.old' : 'broken') : 'limping')}
      action={
        can('channelcode.write') && (
          <Button size="small" to={`/channelcode/${code.id}/edit`}>
            {t('edit.short')}
          </Button>
        )
      }
    >
      {because(code.problem)}
    </Notice>
  );
}
