import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { ErrorView } from '@/parts/ErrorView';
import { Waiting } from '@/parts/Page';
import { QrImage } from '@/parts/QrImage';
import { CodeFacts, OnDuty } from './code-facts';
import { Counters } from './counters';
import { useT } from './strings';
import { Trouble } from './trouble';

/** Reads one code and keeps it fresh: a code that is being prepared becomes live by itself. */
export function useCode(id: string) {
  useLive('channelcode', [['channelcode']]);
  return useQuery({
    queryKey: ['channelcode', 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/channelcode/codes/{id}', { params: { path: { id } }, signal })),
  });
}

/** A code in the drawer beside the list. */
export function CodeSummary({ id }: { id: string }) {
  const t = useT();
  const asked = useCode(id);
  if (asked.isPending) return <Waiting rows={8} />;
  if (asked.isError) return <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />;
  const code = asked.data;
  return (
    <div className="q-stack">
      <Trouble code={code} />
      <div className="channelcode-glance">
        <QrImage src={code.qr} size={150} alt={t('qrOf', { name: code.name })} />
        <OnDuty code={code} />
      </div>
      <Counters code={code} />
      <CodeFacts code={code} />
    </div>
  );
}
