import { describe, expect, it } from 'vitest';
import { askWho, firstTry, insideWeCom, newestCustomers } from './session';

const answering = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  (async () => new Response(JSON.stringify(body), { status, headers })) as typeof fetch;

describe('askWho', () => {
  it('knows the signed-in member', async () => {
    const me = { user: { name: '王芳' }, corp: { name: '青禾' } };
    expect(await askWho(answering(200, me))).toEqual({ state: 'in', me });
  });
  it('tells signed out from away, with the reference', async () => {
    expect(await askWho(answering(401))).toEqual({ state: 'out' });
    expect(await askWho(answering(500, {}, { 'X-Request-Id': 'r1' }))).toEqual({
      state: 'away',
      reference: 'r1',
    });
  });
  it('never throws', async () => {
    const broken = (async () => {
      throw new TypeError('offline');
    }) as typeof fetch;
    expect(await askWho(broken)).toEqual({ state: 'away', reference: '' });
    expect(await askWho((async () => new Response('<html>')) as typeof fetch)).toEqual({
      state: 'away',
      reference: '',
    });
  });
});

describe('firstTry', () => {
  it('signs in by itself once a minute, so that a refusal does not go round in circles', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(firstTry(store, 100_000)).toBe(true);
    expect(firstTry(store, 101_000)).toBe(false);
    expect(firstTry(store, 160_001)).toBe(true);
  });
  it('does not try where it could not remember', () => {
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new Error('storage is forbidden');
      },
    };
    expect(firstTry(refusing, 1)).toBe(false);
  });
});

it('knows WeCom from WeChat', () => {
  expect(insideWeCom('Mozilla/5.0 … wxwork/4.1.22 MicroMessenger/7.0.1')).toBe(true);
  expect(insideWeCom('Mozilla/5.0 … MicroMessenger/8.0.50')).toBe(false);
});

describe('newestCustomers', () => {
  it('asks for those of the member', async () => {
    const asked: string[] = [];
    const items = [{ id: '1', name: '林小满', remark: '', addedAt: 1 }];
    const fetcher = (async (url: string) => {
      asked.push(url);
      return new Response(JSON.stringify({ items }));
    }) as unknown as typeof fetch;
    expect(await newestCustomers('wang&fang', fetcher)).toEqual(items);
    expect(asked).toEqual(['/api/customer/follows?limit=10&member=wang%26fang']);
  });
  it('is nothing without a member, a permission or the feature', async () => {
    expect(await newestCustomers(undefined, answering(200))).toBeNull();
    expect(await newestCustomers('a', answering(403))).toBeNull();
    expect(await newestCustomers('a', answering(404))).toBeNull();
  });
});
