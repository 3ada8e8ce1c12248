import assert from 'node:assert/strict';
import { Apart } from '../apart.mjs';
import { go, List, signIn } from '../console.mjs';
import { journey, on } from '../journey.mjs';

/** How WeCom is told to reach the program: a name, so that the trusted domain can be told right from wrong. */
const host = 'scrm.example.com';
const agent = 1000002;

on(() => Apart.start(undefined, { QUEQIAO_HTTP__PUBLIC_URL: `http://${host}` }));

/** One thing that is wrong, played at WeCom or in the console, and how it is put right again. */
class Desk {
  constructor({ page, program }) {
    this.page = page;
    this.simulator = program.simulator;
  }

  app(change) {
    return this.simulator.patch(`/_sim/apps/${agent}`, change);
  }

  /** WeCom answers a call with a code of its own, with a fresh token or without one. */
  async answers(path, code) {
    await this.simulator.post('/_sim/faults', { kind: 'errcode', path, code });
    if (path.endsWith('/gettoken')) await this.simulator.post('/_sim/tokens/revoke');
  }

  well() {
    return this.simulator.remove('/_sim/faults');
  }

  check() {
    return this.page.getByRole('button', { name: '重新检查' }).click();
  }

  step(title) {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** Fills the app's form in; the page checks by itself. */
  async fill({ id, secret }) {
    const form = this.step('自建应用与 Secret');
    if (id) await form.getByLabel('AgentId').fill(String(id));
    if (secret) await form.locator('input[type="password"]').fill(secret);
    await form.getByRole('button', { name: '保存并检查' }).click();
  }

  /** Makes Token and EncodingAESKey anew and gives what the page shows of them, this once. */
  async remake() {
    const box = this.step('接收消息（回调）');
    const before = await box.locator('.setup-copy code').allTextContents();
    await box.getByRole('button', { name: '重新生成' }).click();
    // What works is not thrown away without a question.
    await this.page.getByRole('dialog').getByRole('button', { name: '重新生成' }).click();
    await this.page.waitForFunction((old) => {
      const shown = [...document.querySelectorAll('section[aria-label="接收消息（回调）"] .setup-copy code')];
      return shown.length === 3 && shown[1].textContent !== old;
    }, before[1] ?? '');
    const [url, token, key] = await box.locator('.setup-copy code').allTextContents();
    return { callback_url: url, callback_token: token, callback_aes_key: key };
  }

  /** The administrator saves the address in WeCom, which comes to look at once. */
  async verify(ok) {
    const verified = await this.simulator.post(`/_sim/apps/${agent}/verify`);
    assert.equal(verified.ok, ok, JSON.stringify(verified));
  }
}

/**
 * What can be wrong, in an order in which one does not disturb the next. `says` is the
 * fault's own advice, `place` where in WeCom's admin console it is put right, when there,
 * `also` how many other checks notice it.
 */
const faults = [
  {
    check: 'secret',
    code: 40001,
    says: '重新查看并复制该应用的 Secret',
    place: '应用管理 → 应用 → 自建',
    on: async (d) => {
      await d.app({ secret: 'reset-in-the-admin-console' });
      await d.check();
    },
    off: (d) => d.fill({ secret: 'reset-in-the-admin-console' }),
  },
  {
    check: 'agent',
    code: 301002,
    says: '从同一个应用的页面同时复制 AgentId 与 Secret',
    place: '应用管理 → 应用 → 自建',
    on: (d) => d.fill({ id: 1000099 }),
    off: (d) => d.fill({ id: agent }),
  },
  {
    check: 'agent',
    code: 50003,
    says: '重新启用该应用',
    place: '启用应用',
    on: (d) => d.app({ enabled: false }).then(() => d.check()),
    off: (d) => d.app({ enabled: true }).then(() => d.check()),
  },
  {
    check: 'ip',
    code: 60020,
    says: '把 127.0.0.1 加入企业可信IP',
    place: '开发者接口 → 企业可信IP',
    on: (d) => d.app({ trusted_ips: ['203.0.113.7'] }).then(() => d.check()),
    off: (d) => d.app({ trusted_ips: ['*'] }).then(() => d.check()),
  },
  {
    check: 'customer',
    code: 48002,
    says: '加入「可调用接口的应用」',
    place: '客户联系 → 客户 → API → 可调用接口的应用',
    on: (d) => d.app({ customer_contact: false }).then(() => d.check()),
    off: (d) => d.app({ customer_contact: true }).then(() => d.check()),
  },
  ...[
    [
      '/cgi-bin/externalcontact/get_follow_user_list',
      'customer',
      84074,
      '加入客户联系的使用范围',
      '权限配置 → 使用范围',
    ],
    ['/cgi-bin/externalcontact/get_follow_user_list', 'customer', 60011, '加入可见范围', '可见范围 → 编辑'],
    ['/cgi-bin/gettoken', 'corpId', 40013, '企业 ID 以 ww 或 wx 开头', '我的企业 → 企业信息'],
    ['/cgi-bin/gettoken', 'secret', 45009, '等一小时后再检查', ''],
    ['/cgi-bin/agent/get', 'agent', 48005, '', ''],
  ].map(([path, check, code, says, place]) => ({
    check,
    code,
    says,
    place,
    on: (d) => d.answers(path, code).then(() => d.check()),
    off: (d) => d.well().then(() => d.check()),
  })),
  {
    check: 'reach',
    says: 'HTTPS_PROXY',
    on: async (d) => {
      await d.simulator.post('/_sim/faults', { kind: 'reset' });
      await d.check();
    },
    off: (d) => d.well().then(() => d.check()),
  },
  {
    check: 'domain',
    state: 'warn',
    says: '上传到本页，然后填写域名 scrm.example.com',
    place: '网页授权及JS-SDK → 设置可信域名',
    on: (d) => d.app({ trusted_domains: ['elsewhere.example.com'] }).then(() => d.check()),
    off: (d) => d.app({ trusted_domains: [host] }).then(() => d.check()),
  },
  {
    // WeCom's question does not arrive: nothing has come, which is no failure yet.
    check: 'callback',
    state: 'warn',
    says: '外网无法访问该 URL',
    place: '接收消息 → 设置API接收',
    on: async (d) => {
      d.shown = await d.remake();
      await d.app({ ...d.shown, callback_url: 'http://127.0.0.1:1/callback/app' });
      await d.verify(false);
      await d.check();
    },
    off: async (d, program) => {
      await d.app({ callback_url: `${program.url}/callback/app` });
      await d.verify(true);
      await d.check();
    },
  },
  ...[
    ['callback_token', 'Token 不一致', (text) => `${text.slice(0, -1)}0`],
    [
      'callback_aes_key',
      'EncodingAESKey 不一致',
      (text) => `${text.slice(0, 41)}${text[41] === 'b' ? 'c' : 'b'}${text[42]}`,
    ],
  ].map(([field, found, wrong]) => ({
    check: 'callback',
    found,
    says: '重新生成 Token 与 EncodingAESKey',
    place: '接收消息 → 设置API接收',
    on: async (d, program) => {
      d.shown = { ...(await d.remake()), callback_url: `${program.url}/callback/app` };
      await d.app({ ...d.shown, [field]: wrong(d.shown[field]) });
      await d.verify(false);
      await d.check();
    },
    off: async (d) => {
      await d.app(d.shown);
      await d.verify(true);
      await d.check();
    },
  })),
  {
    check: 'range',
    also: 1, // who is out of range serves nobody whom the app could see
    says: '加入可见范围',
    place: '可见范围 → 编辑',
    on: (d) => d.app({ departments: [], members: [] }).then(() => d.check()),
    off: (d) => d.app({ departments: [1] }).then(() => d.check()),
  },
  {
    check: 'clock',
    says: 'NTP',
    on: async (d) => {
      await d.simulator.post('/_sim/clock', { set: new Date(Date.now() + 7 * 60_000).toISOString() });
      await d.check();
    },
    off: async (d) => {
      await d.simulator.post('/_sim/clock', { set: new Date().toISOString() });
      await d.check();
    },
  },
];

journey(
  'whatever is wrong between WeCom and the program is named, with what to do and where',
  async (stage) => {
    const { page, program } = stage;
    const desk = new Desk(stage);
    await desk.app({ trusted_domains: [host] });
    await signIn(stage);
    await go(page, '接入企业微信');
    const checks = page.locator('[data-check]');
    const of = (check, state) => page.locator(`[data-check="${check}"][data-state="${state}"]`);
    await page.getByRole('button', { name: '开始首次同步' }).click();
    await of('sync', 'ok').waitFor();
    await page.getByText('已全部接通').waitFor();

    for (const {
      check,
      state = 'fail',
      code,
      found,
      says,
      place,
      also = 0,
      on: breaks,
      off: mends,
    } of faults) {
      const what = `${check} ${code ?? found ?? ''}`;
      await breaks(desk, program);
      await of(check, state).waitFor();
      const told = await of(check, state).textContent();
      for (const part of [code && String(code), found, says, place].filter(Boolean))
        assert.ok(told.includes(part), `${what}: "${told}" lacks "${part}"`);
      // It is the only thing that is wrong: what lies behind it waits, and is not blamed.
      assert.equal(
        await checks.and(page.locator('[data-state="fail"], [data-state="warn"]')).count(),
        1 + also,
        what,
      );
      await mends(desk, program);
      await of(check, 'ok').waitFor();
      assert.equal(await checks.and(page.locator('[data-state="ok"]')).count(), await checks.count(), what);
    }
    await page.getByText('已全部接通').waitFor();

    // Whom all this called, by which setting, is told.
    await go(page, '外联主机');
    const { host: wecom } = new URL(program.simulator.url);
    const called = new List(page, '外联记录').row(wecom);
    await called.filter({ hasText: '企业微信接口' }).filter({ hasText: 'wecom.base_url' }).waitFor();
  },
);
