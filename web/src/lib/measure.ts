/** Length of a text as WeCom counts it: bytes of UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Length of a text in characters as people count them (a surrogate pair is one). */
export function charLength(text: string): number {
  return [...text].length;
}

/** 12,408 */
export function formatNumber(language: string, value: number, digits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** 1.2 MB, 3.4 GB */
export function formatBytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${(size / 1024).toFixed(size < 10240 ? 1 : 0)} kB`;
  const units = ['MB', 'GB', 'TB'];
  let unit = 0;
  for (size /= 1024 * 1024; size >= 1024 && unit < units.length - 1; size /= 1024) unit++;
  return `${size.toFixed(1)} ${units[unit]}`;
}

/** ¥1,234.50 out of 分; money is never held as a fraction. */
export function formatMoney(language: string, cents: number): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'CNY',
    currencyDisplay: 'narrowSymbol',
  }).format(cents / 100);
}
