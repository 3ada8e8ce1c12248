import { describe, expect, it } from 'vitest';
import { clockTime, coverage, type Shift, scheduleFlaws } from './schedule';

const shift = (days: number[], from: number, to: number, members = ['a']): Shift => ({
  days,
  from,
  to,
  members,
});

describe('coverage', () => {
  it('is what the shifts of a day cover', () => {
    expect(coverage([shift([1, 2], 540, 1080)], 1)).toEqual([{ from: 540, to: 1080, overlap: false }]);
    expect(coverage([shift([1, 2], 540, 1080)], 3)).toEqual([]);
  });
  it('carries a night shift into the next day, Sunday into Monday', () => {
    const night = [shift([7], 1320, 360)];
    expect(coverage(night, 7)).toEqual([{ from: 1320, to: 1440, overlap: false }]);
    expect(coverage(night, 1)).toEqual([{ from: 0, to: 360, overlap: false }]);
  });
  it('marks where two shifts meet', () => {
    expect(coverage([shift([5], 540, 1080), shift([5], 840, 1200)], 5)).toEqual([
      { from: 540, to: 840, overlap: false },
      { from: 840, to: 1080, overlap: true },
      { from: 1080, to: 1200, overlap: false },
    ]);
  });
  it('lets shifts touch without overlapping', () => {
    expect(coverage([shift([5], 540, 720), shift([5], 720, 1080)], 5).some((span) => span.overlap)).toBe(
      false,
    );
  });
});

describe('scheduleFlaws', () => {
  it('counts the minutes of the week that nobody covers', () => {
    expect(scheduleFlaws([shift([1, 2, 3, 4, 5, 6, 7], 0, 1440)]).uncovered).toBe(0);
    // From midnight to midnight: the whole day, since the end is not after the beginning.
    expect(scheduleFlaws([shift([1, 2, 3, 4, 5, 6, 7], 480, 480)]).uncovered).toBe(0);
    expect(scheduleFlaws([shift([1], 540, 600)]).uncovered).toBe(7 * 1440 - 60);
  });
  it('finds shifts without a day or without a member', () => {
    expect(scheduleFlaws([shift([], 0, 60), shift([1], 0, 60, []), shift([1], 0, 60)]).incomplete).toEqual([
      0, 1,
    ]);
  });
});

it('writes times of the day', () => {
  expect([0, 545, 1440].map(clockTime)).toEqual(['00:00', '09:05', '24:00']);
});
