/** What an address's query holds: each key once, or several times. */
export type SearchParams = Record<string, string | string[]>;

/** Reads a query the plain way (?tag=a&tag=b is a list), so that addresses can be read and written by people. */
export function parseSearch(query: string): SearchParams {
  const found: SearchParams = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const before = found[key];
    found[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

/** Writes what parseSearch reads; empty values are left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== '') query.append(key, String(item));
    }
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}
