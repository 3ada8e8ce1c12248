import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useTiles } from '@/api/tiles';
import type { RunningJob } from '@/api/types';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useMe } from '@/lib/me';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Icon } from '@/parts/Icon';
import { JobProgress } from '@/parts/JobProgress';
import { AppearanceChoice, LanguageChoice } from '@/parts/Looks';
import { NumberText } from '@/parts/NumberText';
import { BarPanel, BarUser } from '@/parts/TopBar';
import { useT } from './strings';

/** The right end of the top bar. */
export function Tools() {
  return (
    <>
      <Jobs />
      <Notices />
      <LanguageChoice />
      <AppearanceChoice />
      <User />
    </>
  );
}

function Jobs() {
  const t = useT();
  const { text } = useI18n();
  const running = useQuery({
    queryKey: ['jobs', 'running'],
    queryFn: ({ signal }) => ok(api.GET('/api/home/jobs', { signal })),
  });
  useLive(['job', 'sync'], [['jobs']]);
  const jobs: readonly RunningJob[] = running.data?.jobs ?? [];
  return (
    <BarPanel
      icon="jobs"
      spin={jobs.length > 0}
      count={jobs.length}
      label={t('jobs', { n: jobs.length })}
      onOpen={() => void running.refetch()}
    >
      {() => (
        <>
          <h3>{t('jobs.title')}</h3>
          {running.isError && (
            <ErrorView compact error={running.error} onRetry={() => void running.refetch()} />
          )}
          {!running.isError && jobs.length === 0 && <Empty compact icon="success" title={t('jobs.none')} />}
          <div className="q-stack">
            {jobs.map((job) => (
              <JobProgress
                key={job.id}
                job={{ ...job, title: text(`job.${job.kind}`, undefined, job.kind) }}
              />
            ))}
          </div>
        </>
      )}
    </BarPanel>
  );
}

/** The figures that ask somebody to act: dead jobs, failed callbacks, a code that WeCom refused. */
function Notices() {
  const t = useT();
  const { text } = useI18n();
  const tiles = useTiles();
  const notices = (tiles.data?.tiles ?? []).filter((tile) => tile.level && tile.value > 0);
  const total = notices.reduce((sum, tile) => sum + tile.value, 0);
  return (
    <BarPanel
      icon="bell"
      tone="alarm"
      count={total}
      label={t('notices', { n: total })}
      onOpen={() => void tiles.refetch()}
    >
      {(close) => (
        <>
          <h3>{t('notices.title')}</h3>
          {tiles.isError && <ErrorView compact error={tiles.error} onRetry={() => void tiles.refetch()} />}
          {!tiles.isError && notices.length === 0 && (
            <Empty compact icon="success" title={t('notices.none')} />
          )}
          {notices.map((tile) => (
            <Link key={tile.key} to={tile.href} onClick={close} className="q-panel-line">
              <Icon name={tile.level ?? 'info'} className={`q-tone-${tile.level}`} />
              <span className="q-grow">{text(`tile.${tile.key}`, undefined, tile.key)}</span>
              <strong>
                <NumberText value={tile.value} />
              </strong>
              <Icon name="right" />
            </Link>
          ))}
        </>
      )}
    </BarPanel>
  );
}

function User() {
  const t = useT();
  const { text } = useI18n();
  const { user, roles, roleNames } = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { problem } = useFeedback();
  const leave = useMutation({
    mutationFn: () => ok(api.POST('/api/account/sign-out')),
    onSuccess: () => {
      client.clear();
      void navigate({ to: '/sign-in' });
    },
    onError: problem,
  });
  return (
    <BarUser
      name={user.name}
      more={roles.map((role, i) => text(`role.${role}`, undefined, roleNames[i] ?? role)).join(' · ')}
      label={t('user')}
      actions={[
        {
          key: 'account',
          label: t('user.account'),
          icon: 'member',
          onClick: () => void navigate({ to: '/account' }),
        },
        { key: 'leave', label: t('user.signOut'), icon: 'signOut', onClick: () => leave.mutate() },
      ]}
    />
  );
}
