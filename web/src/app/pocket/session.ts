/** Who looks into the sidebar, as far as a sidebar needs it. */
export interface PocketMe {
  user: { name: string; member?: string };
  corp: { name: string };
}

export type PocketSession =
  | { state: 'in'; me: PocketMe }
  /** Nobody is signed in. */
  | { state: 'out' }
  /** No answer, or one that cannot be read. */
  | { state: 'away'; reference: string };

/** Asks the server who looks. Never throws: a sidebar has one screen, and each outcome has its own. */
export async function askWho(fetcher: typeof fetch = fetch): Promise<PocketSession> {
  try {
    const response = await fetcher('/api/account/me', { credentials: 'same-origin' });
    if (response.status === 401) return { state: 'out' };
    if (!response.ok) return { state: 'away', reference: response.headers.get('X-Request-Id') || '' };
    return { state: 'in', me: (await response.json()) as PocketMe };
  } catch {
    return { state: 'away', reference: '' };
  }
}

/** A customer of the signed-in member, as a line of the sidebar. */
export interface PocketCustomer {
  id: string;
  name: string;
  remark: string;
  /** Unix milliseconds. */
  addedAt: number;
}

/**
 * The member's newest customers; null when they cannot be had – an account
 * without a member, without the permission, or a product without the feature.
 */
export async function newestCustomers(
  member: string | undefined,
  fetcher: typeof fetch = fetch,
): Promise<PocketCustomer[] | null> {
  if (!member) return null;
  try {
    const response = await fetcher(`/api/customer/follows?limit=10&member=${encodeURIComponent(member)}`, {
      credentials: 'same-origin',
    });
    return response.ok ? ((await response.json()) as { items: PocketCustomer[] }).items : null;
  } catch {
    return null;
  }
}

/** "11-22 14:05" on the phone's own clock: the sidebar stands in the member's pocket, where the two agree. */
export function shortTime(at: number): string {
  const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);
  const day = new Date(at);
  return `${two(day.getMonth() + 1)}-${two(day.getDate())} ${two(day.getHours())}:${two(day.getMinutes())}`;
}

/** Tells whether the page stands in the WeCom client, where signing in needs no scan and no password. */
export function insideWeCom(userAgent: string): boolean {
  return /wxwork\//i.test(userAgent);
}

/** WeCom's sign-in, which leads back to the sidebar. */
export const wecomSignIn = '/api/account/wecom/start?next=%2Fsidebar';

/**
 * One try at signing in by itself for each opening of the sidebar: a second
 * would turn a refusal into an endless ride between WeCom and here.
 */
export function firstTry(store: Pick<Storage, 'getItem' | 'setItem'>, now: number): boolean {
  const key = 'queqiao.sidebar.tried';
  const apart = 60_000;
  try {
    if (now - Number(store.getItem(key) || 0) < apart) return false;
    store.setItem(key, String(now));
    return true;
  } catch {
    return false;
  }
}
