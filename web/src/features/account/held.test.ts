import { expect, it } from 'vitest';
import { byFeature } from './held';

it.each([
  [[], []],
  [
    ['customer.read', 'tag.*', 'customer.phone'],
    [
      ['customer', ['customer.read', 'customer.phone']],
      ['tag', 'all'],
    ],
  ],
  [['tag.read', 'tag.*', 'tag.write'], [['tag', 'all']]],
])('puts %j under what they belong to', (permissions, groups) => {
  expect([...byFeature(permissions)]).toEqual(groups);
});
