import type { components } from './schema';

type Body = Partial<components['schemas']['Problem']>;

/** Where a problem happened when the server could not say. */
export type ProblemKind = 'server' | 'offline' | 'unreadable';

/** One wrong field, by the dotted path of the form ("shifts[0].start"). */
export interface FieldProblem {
  path: string;
  message: string;
}

/**
 * The one error of the API (RFC 9457): what happened, what it means, what to do,
 * and a reference for support. Everything that the client throws is a Problem.
 */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  /** What to do; for WeCom's error codes the server's advice. */
  readonly advice: string;
  readonly reference: string;
  /** WeCom's own error code when WeCom refused, else 0. */
  readonly errcode: number;
  readonly fields: readonly FieldProblem[];
  /** For how many seconds there is no use in trying again; 0 when the server did not say. */
  readonly retryAfter: number;
  /** With the code "confirm": the ways in which the person can prove who he is. */
  readonly confirm: readonly string[];

  constructor(status: number, body: Body, kind: ProblemKind = 'server', retryAfter = 0) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.kind = kind;
    this.status = status;
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    this.code = body.code ?? '';
    this.advice = body.advice ?? '';
    this.reference = body.reference ?? '';
    this.errcode = body.upstream ?? 0;
    this.retryAfter = retryAfter;
    this.confirm = body.confirm ?? [];
    this.fields = (body.errors ?? []).map(({ field, message }) => ({ path: fieldPath(field), message }));
  }

  /** Nobody is signed in, or the session ended. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** The form's path of a field out of the server's: "body.shifts[0].start" is "shifts[0].start". */
function fieldPath(location: string): string {
  return location.replace(/^(body|query|path|header)(\.|$)/, '');
}

/** "shifts[0].start" as ["shifts", 0, "start"], the form of paths that the kit's forms take. */
export function splitPath(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** The problem in an answer that was not a success. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const wait = Number(response.headers.get('Retry-After')) || 0;
    return new Problem(response.status, (await response.json()) as Body, 'server', wait);
  } catch {
    return new Problem(response.status, {}, 'unreadable');
  }
}

/** Any thrown thing as a Problem; a fetch that never got an answer is "offline". */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, { detail: error.message }, 'offline');
  return new Problem(0, { detail: error instanceof Error ? error.message : String(error) }, 'unreadable');
}
