import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Console } from './Console';
import { currentEntry } from './Frame';
import { loadCatalogue } from './languages';
import { pagesLike } from './Search';

/** A small server with a state, so that the test reads like use. */
function server() {
  const state = {
    signedIn: true,
    permissions: ['*'],
    menu: [
      { group: 'home', items: [{ key: 'home', path: '/' }] },
      { group: 'data', items: [] },
    ] as object[],
    tiles: [{ key: 'churn.today', value: 4, before: 3, href: '/churn' }] as object[],
  };
  const json = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const me = () => ({
    user: { id: 'a', name: '王芳', method: 'password' },
    corp: { id: 'ww1', name: '青禾生活', timeZone: 'Asia/Shanghai' },
    roles: ['owner'],
    roleNames: ['超级管理员'],
    permissions: state.permissions,
    reach: 'all',
    menu: state.menu,
  });
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /api/account/methods':
        return json({ local: true, wecom: true });
      case 'POST /api/account/sign-in': {
        const { password } = (await request.json()) as { password: string };
        if (password !== 'right')
          return json({ status: 401, code: 'unauthenticated', detail: '账号或密码不正确' }, 401);
        state.signedIn = true;
        return json({ step: 'done' });
      }
      case 'POST /api/account/sign-out':
        state.signedIn = false;
        return new Response(null, { status: 204 });
    }
    if (!state.signedIn) return json({ status: 401, code: 'unauthenticated' }, 401);
    switch (pathname) {
      case '/api/account/me':
        return json(me());
      case '/api/home/tiles':
        return json({ asOf: Date.now(), tiles: state.tiles });
      case '/api/home/jobs':
        return json({ jobs: [] });
      default:
        return json({ status: 404, code: 'not_found' }, 404);
    }
  };
  vi.stubGlobal('fetch', answer);
  return state;
}

class SilentSource extends EventTarget {
  readyState = 1;
  close() {}
}

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal('EventSource', SilentSource);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open(path: string) {
  window.history.replaceState(null, '', path);
  render(<Console language="zh-CN" catalogue={await loadCatalogue('zh-CN')} />);
}

describe('the console', () => {
  it('shows who is signed in, the corp and the live figures', async () => {
    server();
    await open('/');
    expect(await screen.findByRole('heading', { name: /王芳/ })).toBeDefined();
    expect(screen.getAllByText('青禾生活').length).toBeGreaterThan(0);
    expect(await screen.findByText('4')).toBeDefined();
  });

  it('leads to the sign-in page and, once signed in, back to where one was', async () => {
    const state = server();
    state.signedIn = false;
    await open('/account?tab=x');
    await screen.findByRole('heading', { name: '登录鹊桥' });
    expect(new URLSearchParams(window.location.search).get('next')).toBe('/account?tab=x');

    await userEvent.type(await screen.findByLabelText('账号'), 'admin');
    await userEvent.type(screen.getByLabelText('密码'), 'wrong');
    await userEvent.click(screen.getByRole('button', { name: '登录' }));
    expect(await screen.findByText('账号或密码不正确')).toBeDefined();

    await userEvent.type(screen.getByLabelText('密码'), 'right');
    await userEvent.click(screen.getByRole('button', { name: '登录' }));
    expect(await screen.findByRole('heading', { name: '我的账号' })).toBeDefined();
    expect(window.location.pathname + window.location.search).toBe('/account?tab=x');
  });

  it('tells who was at work that the session has ended, not who comes without one', async () => {
    const state = server();
    await open('/');
    await screen.findByRole('button', { name: /^提醒/ });
    state.signedIn = false;
    await userEvent.click(screen.getByRole('button', { name: /^提醒/ }));
    await screen.findByRole('heading', { name: '登录鹊桥' });
    expect(await screen.findByText('登录已结束，请重新登录')).toBeDefined();

    cleanup();
    await open('/account');
    expect(await screen.findByText('登录后会回到刚才的页面。')).toBeDefined();
    expect(screen.queryByText('登录已结束，请重新登录')).toBeNull();
  });

  it('names the permission that a page needs', async () => {
    const state = server();
    state.permissions = ['customer.read'];
    await open('/sessions');
    expect(await screen.findByText('没有权限')).toBeDefined();
    expect(await screen.findByText(/「查看和结束他人的登录」/)).toBeDefined();
  });

  it('tells who has no role whom to ask', async () => {
    const state = server();
    state.permissions = [];
    state.tiles = [];
    await open('/');
    expect(await screen.findByText('您还没有任何权限')).toBeDefined();
  });

  it('calls the pages on the home page as the menu of the role does', async () => {
    const state = server();
    state.menu = [
      {
        group: 'management',
        items: [
          { key: 'audit', path: '/audit', title: '谁动了什么' },
          { key: 'setup', path: '/setup' },
        ],
      },
    ];
    await open('/');
    const map = within(
      (await screen.findByRole('heading', { name: '功能' })).closest('section') as HTMLElement,
    );
    expect(map.getByRole('link', { name: '谁动了什么' })).toBeDefined();
    expect(map.queryByRole('link', { name: '操作日志' })).toBeNull();
    expect(map.getByRole('link', { name: '接入企业微信' })).toBeDefined();
  });

  it('says so when there is no such page', async () => {
    server();
    await open('/nowhere/at/all');
    expect(await screen.findByText('没有这个页面')).toBeDefined();
  });

  it('rings the bell for figures that ask somebody to act', async () => {
    const state = server();
    state.tiles = [
      { key: 'eventlog.dead', value: 3, href: '/eventlog', level: 'error' },
      { key: 'eventlog.failed', value: 0, href: '/eventlog', level: 'warning' },
      { key: 'customer.total', value: 99, href: '/customer' },
    ];
    await open('/');
    expect(await screen.findByRole('button', { name: '提醒：3 条待处理' })).toBeDefined();
  });

  it('speaks English at once when asked, and remembers', async () => {
    server();
    await open('/');
    await userEvent.click(await screen.findByRole('button', { name: '语言 Language' }));
    await userEvent.click(await screen.findByText('English'));
    await waitFor(() => expect(document.documentElement.lang).toBe('en'));
    expect(await screen.findByText('Search customers, groups, pages')).toBeDefined();
    expect(localStorage.getItem('queqiao.language')).toBe('"en"');
  });
});

const menu = [
  { key: 'home', title: 'Home', icon: 'home' as const, items: [{ key: 'home', path: '/', title: 'Home' }] },
  {
    key: 'customer',
    title: 'Customers',
    icon: 'customer' as const,
    items: [
      { key: 'customer', path: '/customer', title: 'Customers' },
      { key: 'churn', path: '/customer/lost', title: 'Churn' },
    ],
  },
];

it('marks the entry that the page stands under', () => {
  expect(currentEntry(menu, '/')).toBe('home');
  expect(currentEntry(menu, '/customer/c1')).toBe('customer');
  expect(currentEntry(menu, '/customer/lost')).toBe('churn');
  expect(currentEntry(menu, '/customers')).toBeUndefined();
});

it('finds pages by title or group', () => {
  const titles = (text: string) =>
    pagesLike(menu, text, 'Pages').flatMap((group) => group.items.map((item) => item.title));
  expect(titles('chu')).toEqual(['Churn']);
  expect(titles('customers')).toEqual(['Customers', 'Churn']);
  expect(titles('zzz')).toEqual([]);
});
