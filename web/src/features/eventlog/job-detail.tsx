import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { CodeBlock } from '@/parts/CodeBlock';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useKindName } from './kind-name';
import { Reveal } from './reveal';
import { useT } from './strings';
import { jobTone, spentWords } from './words';

/** One job: where it stands, what went wrong, and on demand what it was asked to do. */
export function JobDetail({ id }: { id: string }) {
  const t = useT();
  const kindName = useKindName();
  const can = useCan();
  const asked = useQuery({
    queryKey: ['eventlog', 'jobs', 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/eventlog/jobs/{id}', { params: { path: { id } }, signal })),
  });
  if (asked.isPending) return <Waiting rows={8} />;
  if (asked.isError) return <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />;
  const job = asked.data;
  return (
    <div className="q-stack">
      <Facts
        items={[
          { name: t('task.kind'), value: kindName(job.kind) },
          { name: t('task.name'), value: <code>{job.kind}</code> },
          {
            name: t('state'),
            value: <StateBadge tone={jobTone[job.state]}>{t(`task.${job.state}`)}</StateBadge>,
            hint: t(`task.${job.state}.hint`),
          },
          { name: t('task.lane'), value: t(`lane.${job.lane}`), hint: t('task.lane.hint') },
          {
            name: t('task.attempts'),
            value: `${job.attempt} / ${job.maxAttempts}`,
            hint: t('task.attempts.hint'),
          },
          { name: t('task.created'), value: <TimeText at={job.createdAt} show="seconds" /> },
          { name: t('task.started'), value: <TimeText at={job.startedAt} show="seconds" /> },
          { name: t('task.finished'), value: <TimeText at={job.finishedAt} show="seconds" /> },
          {
            name: t('task.spent'),
            value: job.startedAt ? spentWords(job.startedAt, job.finishedAt) : undefined,
          },
        ]}
      />
      {job.error && (
        <>
          <h3>{t('task.error')}</h3>
          <CodeBlock text={job.error} />
        </>
      )}
      {can('eventlog.raw') && (
        <Reveal
          label={t('args')}
          queryKey={['eventlog', 'args', id]}
          load={(signal) =>
            ok(api.GET('/api/eventlog/jobs/{id}/args', { params: { path: { id } }, signal })).then(
              (answer) => answer.args,
            )
          }
          show={(text) => <CodeBlock text={text} />}
        />
      )}
    </div>
  );
}
