import type { QueryClient } from '@tanstack/react-query';
import {
  type AnyRouter,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { FeaturePage } from '@/lib/feature-page';
import { parseSearch, type SearchParams, stringifySearch } from '@/lib/search-params';
import { Waiting } from '@/parts/Page';
import { Broken, Missing, NotAllowed } from './Fallbacks';
import { Frame } from './Frame';
import { pages } from './features';

interface Context {
  client: QueryClient;
}

/** The console's router: the open pages beside the frame, all other pages inside it. */
export function makeRouter(client: QueryClient, all: readonly FeaturePage[] = pages) {
  const root = createRootRouteWithContext<Context>()({ errorComponent: Broken, notFoundComponent: Missing });
  const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });
  const route = (page: FeaturePage, parent: typeof root | typeof frame) =>
    createRoute({
      getParentRoute: () => parent as typeof root,
      path: page.path,
      validateSearch: (search: Record<string, unknown>) => search as SearchParams,
      staticData: { page },
      component: guarded(page),
      errorComponent: Broken,
    });
  const missing = createRoute({ getParentRoute: () => frame, path: '$', component: Missing });
  return createRouter({
    routeTree: root.addChildren([
      ...all.filter((page) => page.open).map((page) => route(page, root)),
      frame.addChildren([...all.filter((page) => !page.open).map((page) => route(page, frame)), missing]),
    ]),
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: Waiting,
    scrollRestoration: true,
  });
}

function guarded(page: FeaturePage) {
  const Lazy = lazyRouteComponent(page.load);
  if (!page.permission) return Lazy;
  const permission = page.permission;
  const Page = Lazy as unknown as ComponentType & { preload?: () => Promise<void> };
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each page when the router is built, never while rendering.
  function Guarded() {
    return (
      <NotAllowed unless={permission}>
        <Page />
      </NotAllowed>
    );
  }
  // The router fetches a page's code when a link to it is pointed at, and before it shows the page.
  return Object.assign(Guarded, { preload: async () => Page.preload?.() });
}

/**
 * Goes to the sign-in page and remembers where the person was; what the old session had read is forgotten. Who
 * was at work a moment ago is told that his session has ended.
 */
export function toSignIn(router: AnyRouter, client: QueryClient): void {
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in') return;
  const ended = client.getQueryData(['me']) !== undefined;
  client.clear();
  void router.navigate({
    to: '/sign-in',
    search: ended ? { next: href, ended: 'yes' } : { next: href },
    replace: true,
  });
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    page?: FeaturePage;
  }
}
