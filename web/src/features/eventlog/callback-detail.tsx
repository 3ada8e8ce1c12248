import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { RawView } from '@/parts/CodeBlock';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { Reveal } from './reveal';
import { useT } from './strings';
import { Who } from './who';
import { callbackTone, spentWords } from './words';

/** One callback: what it was, what became of it, and on demand its raw text. */
export function CallbackDetail({ id }: { id: string }) {
  const t = useT();
  const { text } = useI18n();
  const can = useCan();
  const asked = useQuery({
    queryKey: ['eventlog', 'callbacks', 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/eventlog/callbacks/{id}', { params: { path: { id } }, signal })),
  });
  if (asked.isPending) return <Waiting rows={8} />;
  if (asked.isError) return <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />;
  const row = asked.data;
  return (
    <div className="q-stack">
      {row.state === 'failed' && (
        <Notice tone="error" title={t('failed')}>
          <code>{row.error}</code>
          <p>{t('failed.advice')}</p>
        </Notice>
      )}
      <Facts
        items={[
          { name: t('event'), value: text(`event.${row.event}`, undefined, t('unreadable')) },
          { name: t('kind'), value: <code>{row.event}</code> },
          { name: t('about'), value: <Who about={row.about} /> },
          {
            name: t('state'),
            value: <StateBadge tone={callbackTone[row.state]}>{t(`state.${row.state}`)}</StateBadge>,
            hint: t(`state.${row.state}.hint`),
          },
          { name: t('told'), value: <TimeText at={row.toldAt} show="seconds" />, hint: t('told.hint') },
          {
            name: t('received'),
            value: <TimeText at={row.receivedAt} show="seconds" />,
            hint: t('received.hint'),
          },
          { name: t('doneAt'), value: <TimeText at={row.doneAt} show="seconds" /> },
          { name: t('spent'), value: spentWords(row.receivedAt, row.doneAt), hint: t('spent.hint') },
          { name: t('deliveries'), value: row.deliveries, hint: t('deliveries.hint') },
        ]}
      />
      {can('eventlog.raw') && (
        <Reveal
          label={t('raw')}
          queryKey={['eventlog', 'raw', id]}
          load={(signal) =>
            ok(api.GET('/api/eventlog/callbacks/{id}/raw', { params: { path: { id } }, signal })).then(
              (answer) => answer.raw,
            )
          }
          show={(text) => <RawView text={text} />}
        />
      )}
    </div>
  );
}
