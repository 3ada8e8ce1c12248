// Writes times of the simulated world, always in the corp's zone.
const zone = 'Asia/Shanghai';
const full = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
const minute = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });

/** 2026-11-22 14:05:09 @param {number} ms */
export const dateTime = (ms) => full.format(ms);
/** For logs: 14:05:09 today, else 11-20 14:05. @param {number} ms @param {number} now */
export function logTime(ms, now) {
  const text = full.format(ms);
  return text.slice(0, 10) === full.format(now).slice(0, 10) ? text.slice(11) : text.slice(5, 16);
}
/** 14:05 @param {number} ms */
export const clockTime = (ms) => full.format(ms).slice(11, 16);

/**
 * Time of a message as chats show it: only the time on the same day, else the date too.
 * @param {number} ms @param {number} now
 */
export function chatTime(ms, now) {
  const text = minute.format(ms);
  const today = minute.format(now);
  if (text.slice(0, 10) === today.slice(0, 10)) return text.slice(11);
  return text.slice(0, 4) === today.slice(0, 4) ? text.slice(5) : text;
}

/** Shorter, for lists: time today, else the date. @param {number} ms @param {number} now */
export function listTime(ms, now) {
  const text = chatTime(ms, now);
  return text.length > 5 ? text.slice(0, -6) : text;
}
