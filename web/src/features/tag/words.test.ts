import { describe, expect, it } from 'vitest';
import { clock, minutes, moved, namesIn } from './words';

describe('words of tags', () => {
  it('reads names however they are set apart, each once', () => {
    expect(namesIn(' A 类\nB，C、D; A 类,\n\n')).toEqual(['A 类', 'B', 'C', 'D']);
    expect(namesIn(' \n,')).toEqual([]);
  });
  it('moves one place, and not over the edge', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 0, -1)).toBeUndefined();
    expect(moved(['a', 'b'], 1, 1)).toBeUndefined();
    expect(moved(['a', 'b'], -1, 1)).toBeUndefined();
  });
  it('writes and reads times of day', () => {
    expect(clock(0)).toBe('00:00');
    expect(clock(1439)).toBe('23:59');
    for (const at of [0, 9 * 60 + 5, 1440]) expect(minutes(clock(at))).toBe(at);
    expect(minutes('9：30')).toBe(570);
    for (const bad of ['', '25:00', '9:60', 'x', '24:01']) expect(minutes(bad)).toBeUndefined();
  });
});
