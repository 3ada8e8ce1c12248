import { expect, it } from 'vitest';
import { safeNext } from './session';

it.each(['/', '/customer', '/customer?tag=a&open=c1', '/channelcode/12#x'])('goes on to %s', (next) => {
  expect(safeNext(next)).toBe(next);
});

it.each([
  undefined,
  ['/a', '/b'],
  '',
  'customer',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  '/sign-in?next=/sign-in',
])('refuses to leave the console by %j', (next) => {
  expect(safeNext(next)).toBe('/');
});
