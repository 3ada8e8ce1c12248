import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Me } from '@/api/types';
import { I18nProvider } from '@/lib/i18n';
import { MeContext } from '@/lib/me';
import { gather } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import parts from '@/parts/locale/zh-CN.json';
import FlowPage from './flow-page';
import zh from './locale/zh-CN.json';
import { emptyStage } from './stages-editor';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A flow on a server: what is asked of it, and what was saved. */
let flow: { version: number; name: string; stages: object[] };
let saved: { version: number; name: string; stages: { name: string }[] } | undefined;
let client: QueryClient;

beforeEach(() => {
  saved = undefined;
  flow = {
    version: 4,
    name: '销售流程',
    stages: ['待跟进', '跟进中', '已成交'].map((name, i) => ({
      ...emptyStage(name, 'active'),
      id: `${i + 1}`,
    })),
  };
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith('/cards/count')) return Response.json({ count: 7, exact: true });
    if (pathname === '/api/stage/stages/2/remove') {
      flow.version++;
      flow.stages = flow.stages.map((stage, i) => (i === 1 ? { ...stage, into: '1' } : stage));
      return new Response(null, { status: 204 });
    }
    if (request.method === 'PUT') {
      saved = await request.json();
      return Response.json({});
    }
    const one = {
      ...flow,
      id: '9',
      seen: { all: true, members: [], departments: [] },
      joins: { kind: 'all', states: [] },
    };
    return Response.json({ items: pathname === '/api/stage/flows' ? [one] : [], groups: [] });
  });
});

async function open() {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: '/stage/flow/$id', component: FlowPage });
  const setup = createRoute({ getParentRoute: () => root, path: '/stage/setup', component: () => 'set up' });
  const history = createMemoryHistory({ initialEntries: ['/stage/flow/9'] });
  client = new QueryClient();
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts, stage: zh })} onSwitch={() => undefined}>
      <QueryClientProvider client={client}>
        <Kit dark={false}>
          <MeContext value={{ permissions: ['*'], corp: { timeZone: 'Asia/Shanghai' } } as unknown as Me}>
            <RouterProvider
              router={createRouter({ routeTree: root.addChildren([page, setup]), history }) as never}
            />
          </MeContext>
        </Kit>
      </QueryClientProvider>
    </I18nProvider>,
  );
  await screen.findByDisplayValue('销售流程');
  return userEvent.setup();
}

const stages = () =>
  screen.getAllByRole('textbox', { name: '阶段名称' }).map((one) => (one as HTMLInputElement).value);

async function remove(user: ReturnType<typeof userEvent.setup>) {
  await user.click(
    within(screen.getByRole('region', { name: '跟进中' })).getByRole('button', { name: '删除阶段' }),
  );
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '删除阶段' }));
  await vi.waitFor(() => expect(stages()).toEqual(['待跟进', '已成交']));
}

it('keeps what was changed in the form when a stage is taken away, and saves it over the flow without the stage', async () => {
  const user = await open();
  await user.type(screen.getByDisplayValue('销售流程'), '二');
  await remove(user);
  expect(screen.getByDisplayValue('销售流程二')).toBeDefined();
  expect(screen.getByText(parts.unsaved)).toBeDefined();
  await user.click(screen.getByRole('button', { name: '保存' }));
  await vi.waitFor(() => expect(saved).toBeDefined());
  expect(saved).toMatchObject({ version: 5, name: '销售流程二' });
  expect(saved?.stages.map(({ name }) => name)).toEqual(['待跟进', '已成交']);
});

it('has nothing unsaved when a stage was taken away and nothing else was changed', async () => {
  const user = await open();
  await remove(user);
  await vi.waitFor(() => expect(screen.queryByText(parts.unsaved)).toBeNull());
});

it('begins anew when somebody else has changed the flow', async () => {
  await open();
  flow = { ...flow, version: 5, name: '新流程' };
  await client.invalidateQueries({ queryKey: ['stage'] });
  expect(await screen.findByDisplayValue('新流程')).toBeDefined();
});
