import { createContext, useContext } from 'react';

/** IANA name of the corp's time zone; every time in the console is shown in it, wherever the browser stands. */
export const TimeZone = createContext('Asia/Shanghai');
export const useTimeZone = () => useContext(TimeZone);

export interface CalendarParts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

/** The wall clock of a time zone at an instant (unix milliseconds). */
export function partsIn(timeZone: string, at: number): CalendarParts {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

/** 2026-11-22 14:05 */
export function formatTime(timeZone: string, at: number): string {
  const p = partsIn(timeZone, at);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

/** 2026-11-22 14:05:09, for logs where seconds matter. */
export function formatSeconds(timeZone: string, at: number): string {
  return `${formatTime(timeZone, at)}:${partsIn(timeZone, at).second}`;
}

/** 2026-11-22 */
export function formatDay(timeZone: string, at: number): string {
  const p = partsIn(timeZone, at);
  return `${p.year}-${p.month}-${p.day}`;
}

/** "3 分钟前", "in 2 hours", "yesterday": the coarsest unit that says something; days are those of the calendar. */
export function formatRelative(language: string, timeZone: string, now: number, at: number): string {
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (size < 45) return format.format(0, 'second');
  if (size < 45 * 60) return format.format(Math.round(seconds / 60), 'minute');
  const days = (Date.parse(formatDay(timeZone, at)) - Date.parse(formatDay(timeZone, now))) / 86_400_000;
  if (days === 0 || size < 6 * 3600) return format.format(Math.round(seconds / 3600), 'hour');
  if (size < 26 * 86400) return format.format(days, 'day');
  if (size < 320 * 86400) return format.format(Math.round(seconds / (30.44 * 86400)), 'month');
  return format.format(Math.round(seconds / (365.25 * 86400)), 'year');
}

/** A filter's period: named, so that a shared address stays true tomorrow, or two days joined by "~". */
export const namedPeriods = ['today', 'yesterday', '7d', '30d', 'month'] as const;
export type NamedPeriod = (typeof namedPeriods)[number];

/** First and last day (inclusive, YYYY-MM-DD in the corp's time zone) of a period; undefined when it is none. */
export function periodDays(
  period: string | undefined,
  timeZone: string,
  now: number,
): { from: string; to: string } | undefined {
  if (!period) return undefined;
  const today = formatDay(timeZone, now);
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
  }
  const days = /^(\d{4}-\d{2}-\d{2})~(\d{4}-\d{2}-\d{2})$/.exec(period);
  return days?.[1] && days[2] ? { from: days[1], to: days[2] } : undefined;
}

/** The same period as unix milliseconds, from inclusive, to exclusive; for servers that ask for instants. */
export function periodInstants(
  period: string | undefined,
  timeZone: string,
  now: number,
): { from: number; to: number } | undefined {
  const days = periodDays(period, timeZone, now);
  return days && { from: startOfDay(days.from, timeZone), to: startOfDay(addDays(days.to, 1), timeZone) };
}

function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** Midnight of a day in a zone: guess as if in UTC, then correct by what the zone's clock shows there (twice, for DST). */
function startOfDay(day: string, timeZone: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let at = wanted;
  for (let round = 0; round < 2; round++) {
    const p = partsIn(timeZone, at);
    const shown = Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`);
    at += wanted - shown;
  }
  return at;
}
