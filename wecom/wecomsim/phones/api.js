// Calls the control interface of the simulator (/_sim/*, README.md one folder up).

/** What the simulator refused: `message` says why, `field` which input. */
export class Problem extends Error {
  /** @param {number} status @param {string} message @param {string} [field] */
  constructor(status, message, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

// A simulator that others may reach asks for its token; the page's address carries it.
const token = new URLSearchParams(location.search).get('control_token') ?? '';

/**
 * Adds the control token to an address that cannot carry a header.
 * @param {string} path
 */
export function withToken(path) {
  if (!token) return path;
  return `${path}${path.includes('?') ? '&' : '?'}control_token=${encodeURIComponent(token)}`;
}

/**
 * @param {'GET'|'POST'|'PATCH'|'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 */
async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Problem(answer.status, data.error?.message ?? `HTTP ${answer.status}`, data.error?.field);
  }
  return data;
}

/** @param {string} path */
export const get = (path) => call('GET', path);
/** @param {string} path @param {object} [body] */
export const post = (path, body = {}) => call('POST', path, body);
/** @param {string} path @param {object} body */
export const patch = (path, body) => call('PATCH', path, body);
/** @param {string} path */
export const del = (path) => call('DELETE', path);

/**
 * Writes an address with its query; empty parameters are left out.
 * @param {string} path
 * @param {Record<string, string|number|undefined>} query
 */
export function address(path, query) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== 0) parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}
