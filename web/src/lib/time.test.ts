import { describe, expect, it } from 'vitest';
import { formatDay, formatRelative, formatSeconds, formatTime, periodDays, periodInstants } from './time';

const shanghai = 'Asia/Shanghai';
const at = Date.parse('2026-11-22T14:05:09+08:00');

describe('times', () => {
  it('are shown in the zone of the corp, not of the browser', () => {
    expect(formatTime(shanghai, at)).toBe('2026-11-22 14:05');
    expect(formatSeconds(shanghai, at)).toBe('2026-11-22 14:05:09');
    expect(formatTime('America/New_York', at)).toBe('2026-11-22 01:05');
    expect(formatDay(shanghai, Date.parse('2026-11-22T23:30:00Z'))).toBe('2026-11-23');
    expect(formatTime(shanghai, Date.parse('2026-11-22T00:00:00+08:00'))).toBe('2026-11-22 00:00');
  });

  it.each([
    [10_000, '现在'],
    [3 * 60_000, '3分钟前'],
    [5 * 3600_000, '5小时前'],
    // 14 hours before 14:05 is 00:05 of the same day; one more is yesterday.
    [14 * 3600_000, '14小时前'],
    [15 * 3600_000, '昨天'],
    [37 * 3600_000, '昨天'],
    [39 * 3600_000, '前天'],
    [60 * 86400_000, '2个月前'],
  ])('%i ms ago is said as people say it', (ago, words) => {
    expect(formatRelative('zh-CN', shanghai, at, at - ago)).toBe(words);
  });
});

describe('periods', () => {
  it('have names that stay true', () => {
    expect(periodDays('today', shanghai, at)).toEqual({ from: '2026-11-22', to: '2026-11-22' });
    expect(periodDays('7d', shanghai, at)).toEqual({ from: '2026-11-16', to: '2026-11-22' });
    expect(periodDays('month', shanghai, at)).toEqual({ from: '2026-11-01', to: '2026-11-22' });
    expect(periodDays('2026-10-30~2026-11-02', shanghai, at)).toEqual({
      from: '2026-10-30',
      to: '2026-11-02',
    });
    expect(periodDays('nonsense', shanghai, at)).toBeUndefined();
  });
  it('begin and end at midnight of the zone, last day included', () => {
    expect(periodInstants('2026-11-01~2026-11-02', shanghai, at)).toEqual({
      from: Date.parse('2026-11-01T00:00:00+08:00'),
      to: Date.parse('2026-11-03T00:00:00+08:00'),
    });
    // New York put its clocks back on 1 November 2026: that day has 25 hours.
    expect(periodInstants('2026-11-01~2026-11-01', 'America/New_York', at)).toEqual({
      from: Date.parse('2026-11-01T00:00:00-04:00'),
      to: Date.parse('2026-11-02T00:00:00-05:00'),
    });
  });
});
