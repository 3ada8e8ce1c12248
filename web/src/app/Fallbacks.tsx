import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Problem } from '@/api/problem';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useT } from './strings';

/** A page whose code threw. Problems of the server say their own words; a mistake of ours says so. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const t = useT();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  if (error instanceof Problem) return <ErrorView page error={error} onRetry={retry} />;
  return (
    <Empty
      icon="error"
      title={t('broken')}
      hint={t('broken.hint')}
      action={
        <Button onClick={retry} icon="reload">
          {t('broken.retry')}
        </Button>
      }
    />
  );
}

/** No page has this address. */
export function Missing() {
  const t = useT();
  return (
    <Empty
      page
      icon="search"
      title={t('missing')}
      hint={t('missing.hint')}
      action={
        <Button to="/" look="primary">
          {t('missing.home')}
        </Button>
      }
    />
  );
}

/** Shows the page only to those who hold the permission; others are told which one is missing. */
export function NotAllowed({ unless, children }: { unless: string; children: ReactNode }) {
  const t = useT();
  const { text } = useI18n();
  const can = useCan();
  if (can(unless)) return children;
  const name = text(`permission.${unless}`, undefined, unless);
  return <ErrorView page error={new Problem(403, { detail: t('forbidden', { name }) })} />;
}
