import createClient, { type Middleware } from 'openapi-fetch';
import { asProblem, Problem, problemOf } from './problem';
import type { paths } from './schema';

/** Name of the event on `window` that says: the server no longer knows this session. */
export const signedOutEvent = 'queqiao:signed-out';

/** A wrong password is answered 401 too; only other calls tell that a session has ended. */
const signInPath = '/api/account/sign-in';

const toProblem: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    if (problem.signedOut && schemaPath !== signInPath) window.dispatchEvent(new Event(signedOutEvent));
    throw problem;
  },
  onError({ error }) {
    // An aborted request is the query's own wish, not a problem.
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return asProblem(error);
  },
};

/**
 * The typed client of the server's API. Call it through `ok`, which gives the
 * body or throws a Problem:
 *
 *   const me = await ok(api.GET('/api/account/me', { signal }));
 */
export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that a test may put its own in place.
  fetch: (request) => globalThis.fetch(request),
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
