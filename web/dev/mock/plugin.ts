import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import * as data from './data.ts';

type Handler = (url: URL, body: Record<string, string>, res: ServerResponse) => unknown;

/** Signed in or not, for as long as the development server runs. */
interface Session {
  open: boolean;
}

function routes(session: Session): Record<string, Handler> {
  return {
    'GET /api/account/me': (_u, _b, res) =>
      session.open ? data.me : refuse(res, 401, { code: 'unauthenticated' }),
    'GET /api/account/methods': () => ({ local: true, wecom: true }),
    'POST /api/account/sign-in': (_u, body, res) => {
      if (body.password !== 'queqiao')
        return refuse(res, 401, { code: 'unauthenticated', detail: '账号或密码不正确' });
      session.open = true;
      return { step: 'done' };
    },
    'POST /api/account/sign-out': () => {
      session.open = false;
    },
    'PUT /api/account/password': (_u, _b, res) =>
      refuse(res, 422, {
        code: 'invalid',
        detail: '填写有误',
        errors: [{ field: 'current', message: '当前密码不正确' }],
      }),
    'GET /api/home/tiles': () => data.tiles,
    'GET /api/home/trend': () => data.trend,
    'GET /api/home/search': () => data.found,
    'GET /api/home/jobs': () => data.jobs,
    'GET /api/mirror/departments': () => ({ items: data.departments }),
    'GET /api/mirror/tags': () => data.tags,
    'POST /api/message/pictures': () => ({
      kind: 'image',
      url: 'https://wework.qpic.cn/made-up',
      show: '/favicon.svg',
    }),
    'GET /api/mirror/members': (url) => {
      const q = url.searchParams.get('q') ?? '';
      const ids = url.searchParams.getAll('id');
      const department = url.searchParams.get('department');
      const items = data.members
        .filter((m) => (ids.length === 0 || ids.includes(m.id)) && m.name.includes(q))
        .filter((m) => !department || department === '1' || m.department === department);
      return { items };
    },
  };
}

/** Answers the API with made-up data; the pages then run without the Go program, from source or as built. */
export function mockApi(): Plugin {
  const table = routes({ open: true });
  const serve: Connect.NextHandleFunction = async (req, res, next) => {
    const url = new URL(req.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/')) return next();
    if (url.pathname === '/api/live/changes') {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(': made-up server, no news\n\n');
      return;
    }
    const handler = table[`${req.method} ${url.pathname}`];
    const answer = handler
      ? handler(url, await bodyOf(req), res)
      : refuse(res, 404, { code: 'not_found', detail: `${url.pathname} 不存在` });
    if (res.writableEnded) return;
    res.statusCode = answer === undefined ? 204 : 200;
    res.setHeader('content-type', 'application/json');
    res.end(answer === undefined ? undefined : JSON.stringify(answer));
  };
  return {
    name: 'queqiao-mock',
    configureServer: (server) => void server.middlewares.use(serve),
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  };
}

function refuse(res: ServerResponse, status: number, problem: object): undefined {
  res.statusCode = status;
  res.setHeader('content-type', 'application/problem+json');
  res.end(JSON.stringify({ type: 'about:blank', title: '', status, reference: '7F3K-92QD', ...problem }));
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, string>> {
  let text = '';
  for await (const piece of req) text += piece;
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}
