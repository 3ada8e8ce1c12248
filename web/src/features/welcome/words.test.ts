import { describe, expect, it } from 'vitest';
import { tookText } from './words';

describe('tookText', () => {
  it.each([
    [{ addedAt: 1000, doneAt: 0 }, '–'],
    [{ addedAt: 1000, doneAt: 1400 }, '< 1 s'],
    [{ addedAt: 2000, doneAt: 1900 }, '< 1 s'],
    [{ addedAt: 1000, doneAt: 2250 }, '1.3 s'],
    [{ addedAt: 1000, doneAt: 18_400 }, '17.4 s'],
  ])('%o is %s', (delivery, text) => expect(tookText(delivery)).toBe(text));
});
