import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Waiting } from '@/parts/Page';
import { useT } from './strings';

/** Text that may hold personal data, and each look at which is recorded: it is asked for, not shown by itself. */
export function Reveal(props: {
  label: string;
  queryKey: readonly unknown[];
  load: (signal: AbortSignal) => Promise<string>;
  show: (text: string) => ReactNode;
}) {
  const t = useT();
  const [wanted, want] = useState(false);
  const text = useQuery({
    queryKey: props.queryKey,
    queryFn: ({ signal }) => props.load(signal),
    enabled: wanted,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!wanted) {
    return (
      <div className="q-row">
        <Button icon="eye" onClick={() => want(true)}>
          {props.label}
        </Button>
        <span className="q-faint">{t('raw.hint')}</span>
      </div>
    );
  }
  if (text.isPending) return <Waiting rows={4} />;
  if (text.isError) return <ErrorView compact error={text.error} onRetry={() => void text.refetch()} />;
  return props.show(text.data);
}
