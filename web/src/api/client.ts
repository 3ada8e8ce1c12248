import createClient, { type Middleware } from 'openapi-fetch';
import { asProblem, Problem, problemOf } from './problem';
import type { paths } from './schema';

/** Name of the event on `window` that says: the server no longer knows this session. */
export const signedOutEvent = 'queqiao:signed-out';

/** Name of the event on `window` that says: the server wants something else done first (a new password). */
export const unfinishedEvent = 'queqiao:unfinished';

/** A wrong password is answered 401 too; only other calls tell that a session has ended. */
const signInPaths = ['/api/account/sign-in', '/api/account/sign-in/code'];

const toProblem: Middleware = {
  onRequest({ request }) {
    // What the server says shall be in the language of the page, which need not be the browser's.
    if (typeof document !== 'undefined' && document.documentElement.lang)
      request.headers.set('Accept-Language', document.documentElement.lang);
    return request;
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    if (problem.signedOut && !signInPaths.includes(schemaPath))
      window.dispatchEvent(new Event(signedOutEvent));
    if (problem.code === 'unfinished') window.dispatchEvent(new Event(unfinishedEvent));
    throw problem;
  },
  onError({ error }) {
    // An aborted request is the query's own wish, not a problem.
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return asProblem(error);
  },
};

/** Asks the person to prove who he is; true when he did and the call may be repeated. */
export type Confirmer = (problem: Problem) => Promise<boolean>;

const confirmers: Confirmer[] = [];

/** Names who asks; what it returns takes the asking back. Without anybody a call that has to be confirmed fails. */
export function confirmBy(confirmer: Confirmer): () => void {
  confirmers.push(confirmer);
  return () => void confirmers.splice(confirmers.indexOf(confirmer), 1);
}

/** Sends a request; when the server wants to know first that it is really him, asks and sends it once more. */
export async function confirmed(request: Request): Promise<Response> {
  const again = request.clone();
  // Looked up at each call, so that a test may put its own in place.
  const response = await globalThis.fetch(request);
  const confirmer = confirmers.at(-1);
  if (response.status !== 403 || !confirmer) return response;
  const problem = await problemOf(response.clone());
  if (problem.code !== 'confirm' || !(await confirmer(problem))) return response;
  return globalThis.fetch(again);
}

/**
 * The typed client of the server's API. Call it through `ok`, which gives the
 * body or throws a Problem:
 *
 *   const me = await ok(api.GET('/api/account/me', { signal }));
 */
export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  credentials: 'same-origin',
  fetch: confirmed,
  // A list in the query is repeated (?tag=a&tag=b), as the server's router reads it.
  querySerializer: { array: { style: 'form', explode: true } },
});
api.use(toProblem);

/** The body of an answer; throws the Problem when the server refused or could not be reached. */
export async function ok<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (error !== undefined) throw error instanceof Problem ? error : asProblem(error);
  if (!response.ok) throw new Problem(response.status, {}, 'unreadable');
  return data as T;
}
