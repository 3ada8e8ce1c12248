/** A made-up corp for looking at pages without the server: deterministic, so that screenshots can be compared. */

const surnames = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗';
const given = [
  '芳',
  '伟',
  '秀英',
  '敏',
  '静',
  '小满',
  '子轩',
  '梓涵',
  '一诺',
  '浩然',
  '思远',
  '雨桐',
  '晓东',
  '佳怡',
  '建国',
];

/** A small generator with a fixed start (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(roll: () => number, list: ArrayLike<T>): T {
  return list[Math.floor(roll() * list.length)] as T;
}

export function personName(roll: () => number): string {
  return pick(roll, surnames) + pick(roll, given);
}

export const departments = [
  { id: '1', name: '青禾生活科技', members: 30 },
  { id: '2', parent: '1', name: '销售一部', members: 8 },
  { id: '3', parent: '1', name: '销售二部', members: 7 },
  { id: '4', parent: '1', name: '门店运营', members: 9 },
  { id: '5', parent: '1', name: '客户成功', members: 4 },
  { id: '6', parent: '1', name: '市场部', members: 2 },
];

const roll = dice(7);
export const members = Array.from({ length: 30 }, (_, i) => ({
  id: `user${String(i + 1).padStart(2, '0')}`,
  name: i === 0 ? '王芳' : personName(roll),
  departments: [departments[1 + (i % 5)]?.name ?? ''],
  department: departments[1 + (i % 5)]?.id ?? '',
  contact: i % 9 !== 8,
}));

export const tags = {
  groups: [
    { id: 'g1', name: '客户等级', tags: ['重要', '普通', '潜在'].map((name, i) => ({ id: `t1${i}`, name })) },
    {
      id: 'g2',
      name: '来源渠道',
      tags: ['展会', '门店扫码', '老客转介绍', '公众号'].map((name, i) => ({ id: `t2${i}`, name })),
    },
    {
      id: 'g3',
      name: '意向产品',
      tags: ['净水器', '空气净化器', '智能马桶', '地暖'].map((name, i) => ({ id: `t3${i}`, name })),
    },
  ],
};

export interface Customer {
  id: string;
  name: string;
  kind: 'wechat' | 'corp';
  corp?: string;
  remark?: string;
  member: string;
  department: string;
  tags: string[];
  at: number;
  state: 'good' | 'lost' | 'deleted';
}

/** Noon of a fixed day, so that nothing depends on when it is looked at. */
export const now = Date.parse('2026-11-22T14:05:00+08:00');

export const customers: Customer[] = Array.from({ length: 240 }, (_, i) => {
  const name = personName(roll);
  const member = pick(roll, members);
  const company = roll() < 0.15;
  const all = tags.groups.flatMap((group) => group.tags.map((tag) => tag.name));
  return {
    id: `c${i}`,
    name,
    kind: company ? 'corp' : 'wechat',
    corp: company ? pick(roll, ['云帆物流', '蓝桥建材', '禾木设计']) : undefined,
    remark: roll() < 0.4 ? `${name}（${pick(roll, ['装修中', '已量房', '回访', '老客户'])}）` : undefined,
    member: member.name,
    department: member.departments[0] ?? '',
    tags: all.filter(() => roll() < 0.16),
    at: now - i * 1000 * 60 * 97,
    state: roll() < 0.06 ? 'lost' : roll() < 0.04 ? 'deleted' : 'good',
  };
});

export const me = {
  user: { id: 'admin', name: '王芳', method: 'password' },
  corp: { id: 'ww1', name: '青禾生活科技', timeZone: 'Asia/Shanghai' },
  roles: ['owner'],
  roleNames: ['超级管理员'],
  permissions: ['*'],
  reach: 'all',
  menu: [
    { group: 'home', items: [{ key: 'home', path: '/' }] },
    {
      group: 'acquire',
      items: [
        { key: 'channelcode', path: '/channelcode' },
        { key: 'welcome', path: '/welcome' },
      ],
    },
    {
      group: 'customer',
      items: [
        { key: 'customer', path: '/customer' },
        { key: 'churn', path: '/churn' },
      ],
    },
    { group: 'management', items: [{ key: 'eventlog', path: '/eventlog' }] },
  ],
};

export const tiles = {
  asOf: now,
  tiles: [
    { key: 'customer.total', value: 12408, before: 12371, href: '/customer' },
    { key: 'customer.newToday', value: 37, before: 52, href: '/customer?added=today' },
    { key: 'customer.deletedToday', value: 2, before: 5, href: '/customer?state=deleted' },
    { key: 'churn.today', value: 4, before: 3, href: '/churn?lost=today' },
    { key: 'channelcode.scansToday', value: 29, before: 29, href: '/channelcode' },
    { key: 'eventlog.dead', value: 3, href: '/eventlog?state=dead', level: 'error' },
  ],
};

export const trend = {
  days: ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'],
  trends: [
    { key: 'customer.added', values: [41, 38, 44, 52, 61, 52, 37] },
    { key: 'customer.lost', values: [3, 1, 4, 2, 5, 3, 4] },
  ],
};

export const jobs = {
  jobs: [
    { id: 'j1', kind: 'mirror.sync', done: 8240, total: 12408, startedAt: now - 96_000 },
    { id: 'j2', kind: 'customer.export', done: 310, startedAt: now - 8_000 },
  ],
};

export const found = {
  groups: [
    {
      kind: 'customer',
      hits: customers.slice(3, 7).map((c) => ({
        title: c.name,
        subtitle: `${c.member} · ${c.department}`,
        href: `/customer/${c.id}`,
      })),
    },
  ],
};
