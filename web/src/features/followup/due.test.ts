import { describe, expect, it } from 'vitest';
import { clockOf, dueInstant } from './due';

describe('clockOf', () => {
  it('is what dueInstant takes', () => {
    for (const [day, clock, zone] of [
      ['2026-11-24', '00:05', 'Asia/Shanghai'],
      ['2026-03-29', '09:30', 'Europe/Berlin'],
      ['2026-11-24', '23:59', 'America/New_York'],
    ] as const)
      expect(clockOf(zone, dueInstant(day, clock, zone))).toBe(clock);
  });
});

describe('dueInstant', () => {
  it('is the time of day in the zone', () => {
    expect(new Date(dueInstant('2026-11-24', '10:00', 'Asia/Shanghai')).toISOString()).toBe(
      '2026-11-24T02:00:00.000Z',
    );
    expect(new Date(dueInstant('2026-03-29', '09:00', 'Europe/Berlin')).toISOString()).toBe(
      '2026-03-29T07:00:00.000Z',
    );
    expect(new Date(dueInstant('2026-10-25', '09:00', 'Europe/Berlin')).toISOString()).toBe(
      '2026-10-25T08:00:00.000Z',
    );
    expect(new Date(dueInstant('2026-11-24', '00:00', 'America/New_York')).toISOString()).toBe(
      '2026-11-24T05:00:00.000Z',
    );
  });
});
