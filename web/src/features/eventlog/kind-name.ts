import { useCallback } from 'react';
import { useI18n } from '@/lib/i18n';

/**
 * Names kinds of jobs. A feature names its own as `job.<kind>`; what it left out, mostly
 * the news it listens to ("churn.on.lost"), is named by the feature and the news.
 */
export function useKindName(): (kind: string) => string {
  const { text } = useI18n();
  return useCallback(
    (kind) => {
      const own = text(`job.${kind}`, undefined, '');
      if (own) return own;
      const [slug = '', ...rest] = kind.split('.');
      const heard = rest[0] === 'on' ? text(`eventlog.news.${rest.slice(1).join('.')}`, undefined, '') : '';
      const feature = text(`menu.${slug}`, undefined, '');
      return feature && heard ? text('eventlog.task.heard', { feature, heard }) : kind;
    },
    [text],
  );
}
