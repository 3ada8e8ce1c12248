import { expect, it } from 'vitest';
import { initial } from './initial';

it.each([
  ['王芳', '芳'],
  ['北极星🌟', '星'],
  ['Anna Smith', 'A'],
  ['王Anna', '王'],
  ['🌟', '?'],
  ['', '?'],
])('%s is %s', (name, sign) => {
  expect(initial(name)).toBe(sign);
});
