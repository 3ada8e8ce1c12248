import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation, useMatches } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { api, ok, unfinishedEvent } from '@/api/client';
import type { Me } from '@/api/types';
import { ConfirmDialog } from '@/features/account/confirm-dialog';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { MeContext } from '@/lib/me';
import { TimeZone } from '@/lib/time';
import { ErrorView } from '@/parts/ErrorView';
import { isIconName } from '@/parts/Icon';
import { Waiting } from '@/parts/Page';
import { Shell, type ShellGroup } from '@/parts/Shell';
import { CorpSwitch } from './CorpSwitch';
import { Offline } from './Offline';
import { Search } from './Search';
import { useT } from './strings';
import { Tools } from './Tools';

const MustDo = lazy(() =>
  import('@/features/account/must-do').then((module) => ({ default: module.MustDo })),
);

/** What every signed-in page stands in. Who looks is asked first; without a session the client leads to the sign-in page. */
export function Frame() {
  const me = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/me', { signal })),
    staleTime: 60_000,
  });
  const client = useQueryClient();
  useEffect(() => {
    const askAgain = () => void client.invalidateQueries({ queryKey: ['me'] });
    window.addEventListener(unfinishedEvent, askAgain);
    return () => window.removeEventListener(unfinishedEvent, askAgain);
  }, [client]);
  if (me.data?.must) {
    return (
      <Suspense fallback={<Waiting />}>
        <MustDo me={me.data} />
      </Suspense>
    );
  }
  if (me.data) return <SignedIn me={me.data} />;
  if (me.isError && !(me.error as { signedOut?: boolean }).signedOut) {
    return (
      <main>
        <ErrorView page error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  }
  return <Waiting />;
}

function SignedIn({ me }: { me: Me }) {
  const t = useT();
  const { text } = useI18n();
  useLive('member', [['members'], ['departments']]);
  useLive('tag', [['tags']]);
  const path = useLocation({ select: (location) => location.pathname });
  // The owner of the installation before there is a corp: the only way on is to connect one.
  const stranded = me.corp.id === '' && path !== '/setup/corps' && path !== '/account';
  const page = useMatches({ select: (matches) => matches[matches.length - 1]?.staticData.page });

  const menu = useMemo(
    () =>
      me.menu
        .filter((group) => group.items.length > 0)
        .map(
          (group): ShellGroup => ({
            key: group.group,
            title: text(`menu.group.${group.group}`, undefined, group.group),
            icon: isIconName(group.group) ? group.group : 'file',
            items: group.items.map(({ key, path: to, title }) => ({
              key,
              path: to,
              title: title ?? text(`menu.${key}`, undefined, key),
            })),
          }),
        ),
    [me.menu, text],
  );
  const crumbs = page?.crumbs
    ? [
        ...page.crumbs.map((crumb) => ({ title: text(crumb.title), path: crumb.path })),
        { title: text(page.title) },
      ]
    : [];

  return (
    <MeContext value={me}>
      <TimeZone value={me.corp.timeZone}>
        <Shell
          brand={t('brand')}
          corp={me.corp.name}
          corpSwitch={<CorpSwitch />}
          menu={menu}
          current={currentEntry(menu, path)}
          crumbs={crumbs}
          search={<Search menu={menu} />}
          tools={<Tools />}
        >
          <Offline />
          {stranded ? <Navigate to="/setup/corps" replace /> : <Outlet />}
        </Shell>
        <ConfirmDialog me={me} />
      </TimeZone>
    </MeContext>
  );
}

/** The entry whose path is the longest beginning of the page's. */
export function currentEntry(menu: readonly ShellGroup[], path: string): string | undefined {
  return menu
    .flatMap((group) => group.items)
    .filter((item) => path === item.path || path.startsWith(item.path === '/' ? '\n' : `${item.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]?.key;
}
