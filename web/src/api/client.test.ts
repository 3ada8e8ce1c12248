import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, confirmBy, ok, signedOutEvent } from './client';
import { Problem, splitPath } from './problem';

function answer(status: number, body?: unknown, type = 'application/problem+json') {
  const text = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body);
  vi.stubGlobal('fetch', async () => new Response(text, { status, headers: { 'content-type': type } }));
}

async function caught(call: () => Promise<unknown>): Promise<Problem> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('no problem came');
}

afterEach(() => vi.unstubAllGlobals());

describe('the client', () => {
  it('gives the body', async () => {
    answer(200, { asOf: 1, tiles: [] }, 'application/json');
    expect(await ok(api.GET('/api/home/tiles'))).toEqual({ asOf: 1, tiles: [] });
  });

  it('takes an answer without a body', async () => {
    answer(204);
    expect(await ok(api.POST('/api/account/sign-out'))).toBeUndefined();
  });

  it('asks for words in the language of the page, whatever the browser’s', async () => {
    const languages: (string | null)[] = [];
    vi.stubGlobal('fetch', async (request: Request) => {
      languages.push(request.headers.get('Accept-Language'));
      return new Response(null, { status: 204 });
    });
    for (const language of ['en', 'zh-CN']) {
      document.documentElement.lang = language;
      await ok(api.POST('/api/account/sign-out'));
    }
    expect(languages).toEqual(['en', 'zh-CN']);
  });

  it('knows when there is use in trying again', async () => {
    vi.stubGlobal(
      'fetch',
      async () => new Response('{"status":429}', { status: 429, headers: { 'Retry-After': '20' } }),
    );
    expect((await caught(() => ok(api.GET('/api/home/tiles')))).retryAfter).toBe(20);
    answer(500, { status: 500 });
    expect((await caught(() => ok(api.GET('/api/home/tiles')))).retryAfter).toBe(0);
  });

  it('throws what the server said, with the fields under the form’s paths', async () => {
    answer(422, {
      status: 422,
      code: 'invalid',
      detail: '填写有误',
      reference: 'r1',
      errors: [
        { field: 'shifts[0].from', message: 'a' },
        { field: 'body.name', message: 'b' },
      ],
    });
    const problem = await caught(() => ok(api.GET('/api/home/tiles')));
    expect(problem).toMatchObject({
      status: 422,
      code: 'invalid',
      detail: '填写有误',
      reference: 'r1',
      kind: 'server',
    });
    expect(problem.fields).toEqual([
      { path: 'shifts[0].from', message: 'a' },
      { path: 'name', message: 'b' },
    ]);
  });

  it('names a WeCom error by its code and keeps the advice', async () => {
    answer(502, { status: 502, code: 'upstream', upstream: 60020, advice: '加入 IP' });
    expect(await caught(() => ok(api.GET('/api/home/tiles')))).toMatchObject({
      errcode: 60020,
      advice: '加入 IP',
    });
  });

  it('survives an answer that is no problem document, such as a proxy’s page', async () => {
    answer(504, '<html>gateway</html>', 'text/html');
    expect(await caught(() => ok(api.GET('/api/home/tiles')))).toMatchObject({
      status: 504,
      kind: 'unreadable',
    });
  });

  it('tells "offline" from a refusal', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await caught(() => ok(api.GET('/api/home/tiles')))).toMatchObject({ status: 0, kind: 'offline' });
  });

  it('announces the end of a session, but not a wrong password', async () => {
    const heard = vi.fn();
    window.addEventListener(signedOutEvent, heard);
    answer(401, { status: 401, code: 'unauthenticated' });
    await caught(() => ok(api.POST('/api/account/sign-in', { body: { name: 'a', password: 'b' } })));
    expect(heard).not.toHaveBeenCalled();
    await caught(() => ok(api.GET('/api/home/tiles')));
    expect(heard).toHaveBeenCalledTimes(1);
    window.removeEventListener(signedOutEvent, heard);
  });

  it('repeats a list in the query', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (request: Request) => {
      asked.push(request.url);
      return new Response(JSON.stringify({ items: [] }), { headers: { 'content-type': 'application/json' } });
    });
    await ok(api.GET('/api/mirror/members', { params: { query: { id: ['a', 'b'] } } }));
    expect(new URL(asked[0] ?? '').search).toBe('?id=a&id=b');
  });
});

describe('splitPath', () => {
  it('reads names and places', () => {
    expect(splitPath('content.attachments[10].url')).toEqual(['content', 'attachments', 10, 'url']);
  });
});

describe('a call that has to be confirmed', () => {
  const refusal = { status: 403, code: 'confirm', detail: '请确认身份', confirm: ['password', 'code'] };
  const name = { name: 'wangfang' };
  const save = () => ok(api.POST('/api/account/accounts', { body: name }));

  /** A server that wants to know first; it keeps the bodies that it got. */
  function server() {
    const state = { sure: false, bodies: [] as unknown[] };
    vi.stubGlobal('fetch', async (request: Request) => {
      state.bodies.push(await request.json());
      return new Response(JSON.stringify(state.sure ? { password: 'p' } : refusal), {
        status: state.sure ? 200 : 403,
      });
    });
    return state;
  }

  it('is sent once more, the same, when the person has confirmed', async () => {
    const state = server();
    const stop = confirmBy(async (problem) => {
      expect(problem.confirm).toEqual(['password', 'code']);
      state.sure = true;
      return true;
    });
    expect(await save()).toEqual({ password: 'p' });
    expect(state.bodies).toEqual([name, name]);
    stop();
  });

  it('fails when he declines, and is not asked twice for one call', async () => {
    const state = server();
    const asked = vi.fn(async () => false);
    const stop = confirmBy(asked);
    expect(await caught(save)).toMatchObject({ code: 'confirm', status: 403 });
    expect(asked).toHaveBeenCalledTimes(1);
    expect(state.bodies).toHaveLength(1);
    stop();
  });

  it('fails where nobody asks, and other refusals are not asked about', async () => {
    server();
    expect(await caught(save)).toMatchObject({ code: 'confirm' });
    answer(403, { status: 403, code: 'forbidden' });
    const asked = vi.fn(async () => true);
    const stop = confirmBy(asked);
    expect(await caught(save)).toMatchObject({ code: 'forbidden' });
    expect(asked).not.toHaveBeenCalled();
    stop();
  });
});
