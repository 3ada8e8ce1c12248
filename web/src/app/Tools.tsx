import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useContext } from 'react';
import { api, ok } from '@/api/client';
import type { Notice, RunningJob } from '@/api/types';
import { AppearanceContext } from '@/lib/appearance';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useCan, useMe } from '@/lib/me';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Icon } from '@/parts/Icon';
import { JobProgress } from '@/parts/JobProgress';
import { BarChoice, BarPanel, BarUser } from '@/parts/TopBar';
import { useT } from './strings';

/** The right end of the top bar. */
export function Tools() {
  const can = useCan();
  return (
    <>
      <Jobs />
      {can('eventlog.read') && <Notices />}
      <LanguageChoice />
      <AppearanceSwitch />
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
  useLive('job', [['jobs']]);
  const jobs: readonly RunningJob[] = running.data?.jobs ?? [];
  return (
    <BarPanel icon="jobs" spin={jobs.length > 0} count={jobs.length} label={t('jobs', { n: jobs.length })}>
      {() => (
        <>
          <h3>{t('jobs.title')}</h3>
          {running.isError && <ErrorView compact error={running.error} onRetry={() => void running.refetch()} />}
          {!running.isError && jobs.length === 0 && <Empty compact icon="success" title={t('jobs.none')} />}
          <div className="q-stack">
            {jobs.map((job) => (
              <JobProgress key={job.id} job={{ ...job, title: text(`job.${job.kind}`, undefined, job.kind) }} />
            ))}
          </div>
        </>
      )}
    </BarPanel>
  );
}

function Notices() {
  const t = useT();
  const { text } = useI18n();
  const asked = useQuery({
    queryKey: ['notices'],
    queryFn: ({ signal }) => ok(api.GET('/api/eventlog/notices', { signal })),
  });
  useLive('job', [['notices']]);
  useLive('eventlog', [['notices']]);
  const notices: readonly Notice[] = (asked.data?.notices ?? []).filter((notice) => notice.count > 0);
  const total = notices.reduce((sum, notice) => sum + notice.count, 0);
  const words = (notice: Notice) => text(`notice.${notice.key}`, { count: notice.count }, notice.key);
  return (
    <BarPanel icon="bell" tone="alarm" count={total} label={t('notices', { n: total })}>
      {(close) => (
        <>
          <h3>{t('notices.title')}</h3>
          {asked.isError && <ErrorView compact error={asked.error} onRetry={() => void asked.refetch()} />}
          {!asked.isError && notices.length === 0 && <Empty compact icon="success" title={t('notices.none')} />}
          {notices.map((notice) => {
            const line = (
              <>
                <Icon name={notice.level} className={`q-tone-${notice.level}`} />
                <span className="q-grow">{words(notice)}</span>
              </>
            );
            return notice.href ? (
              <Link key={notice.key} to={notice.href} onClick={close} className="q-panel-line">
                {line}
                <Icon name="right" />
              </Link>
            ) : (
              <div key={notice.key} className="q-panel-line">
                {line}
              </div>
            );
          })}
        </>
      )}
    </BarPanel>
  );
}

/** Chinese or English. Each name stands in its own language, so that it is found by those who can't read the other. */
export function LanguageChoice() {
  const t = useT();
  const { language, switchTo } = useI18n();
  return (
    <BarChoice
      icon="language"
      label={t('language')}
      value={language}
      onChange={switchTo}
      options={[
        { value: 'zh-CN', label: t('language.zh') },
        { value: 'en', label: t('language.en') },
      ]}
    />
  );
}

export function AppearanceSwitch() {
  const t = useT();
  const { choice, choose, dark } = useContext(AppearanceContext);
  return (
    <BarChoice
      icon={dark ? 'dark' : 'light'}
      label={t('appearance')}
      value={choice}
      onChange={choose}
      options={[
        { value: 'system', label: t('appearance.system'), icon: 'system' },
        { value: 'light', label: t('appearance.light'), icon: 'light' },
        { value: 'dark', label: t('appearance.dark'), icon: 'dark' },
      ]}
    />
  );
}

function User() {
  const t = useT();
  const { text } = useI18n();
  const { user, roles } = useMe();
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
      more={roles.map((role) => text(`role.${role}`, undefined, role)).join(' · ')}
      label={t('user', { name: user.name })}
      actions={[
        { key: 'account', label: t('user.account'), icon: 'member', onClick: () => void navigate({ to: '/account' }) },
        { key: 'leave', label: t('user.signOut'), icon: 'signOut', onClick: () => leave.mutate() },
      ]}
    />
  );
}
