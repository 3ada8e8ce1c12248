import { expect, test } from 'vitest';
import { arranged, changed } from './menus';
import { held, holds } from './permission-tree';

const entries = [
  { group: 'home', key: 'home' },
  { group: 'customer', key: 'customer' },
  { group: 'customer', key: 'churn' },
  { group: 'customer', key: 'later' },
];

test('a role arranges entries within their groups, what it does not know comes last', () => {
  const own = [{ key: 'churn', title: 'x' }, { key: 'gone' }, { key: 'customer', hidden: true }];
  expect(arranged(entries, own)).toEqual([
    { key: 'home' },
    { key: 'churn', title: 'x' },
    { key: 'customer', hidden: true },
    { key: 'later' },
  ]);
});

test('a right may be held by itself, with its feature, or with everything', () => {
  expect(holds(['customer.read'], 'customer.read')).toBe(true);
  expect(holds(['customer.*'], 'customer.phone')).toBe(true);
  expect(holds(['*'], 'customer.phone')).toBe(true);
  expect(holds(['customer.read'], 'customer.phone')).toBe(false);
});

test('a key of a whole feature counts for all its rights', () => {
  const all = [{ key: 'customer.read' }, { key: 'customer.phone' }, { key: 'tag.read' }];
  expect(held(['customer.*'], all)).toBe(2);
  expect(held(['customer.read', 'tag.read'], all)).toBe(2);
  expect(held(['churn.*'], all)).toBe(0);
});

test('an arrangement is changed by order, name and sight, not by how "as usual" is written', () => {
  const usual = arranged(entries, []);
  expect(changed(usual, arranged(entries, []))).toBe(false);
  expect(changed([{ key: 'home', title: '', hidden: false }, ...usual.slice(1)], usual)).toBe(false);
  expect(changed([{ key: 'home', title: 'x' }, ...usual.slice(1)], usual)).toBe(true);
  expect(changed([{ key: 'home', hidden: true }, ...usual.slice(1)], usual)).toBe(true);
  expect(changed([...usual].reverse(), usual)).toBe(true);
});
