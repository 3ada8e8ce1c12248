const key = 'queqiao.reloaded';
const apart = 30_000;

/** Loads the page anew because a script of it is gone, but not over and over when that does not help. */
export function reloadOnce(): void {
  const last = Number(sessionStorage.getItem(key) ?? 0);
  const now = Date.now();
  if (now - last < apart) return;
  sessionStorage.setItem(key, String(now));
  location.reload();
}
