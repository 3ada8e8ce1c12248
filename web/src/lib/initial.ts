/**
 * What stands for a name where there is no picture. Chinese people are told apart by the
 * given name's last sign; a Latin name by its first letter. Emoji, of which nicknames are
 * full, stand for nobody.
 */
export function initial(name: string): string {
  const signs = name.match(/[\p{L}\p{N}]/gu) ?? [];
  const last = signs[signs.length - 1] ?? '?';
  return /[a-z]/i.test(last) ? (signs[0] ?? '?').toUpperCase() : last;
}
