import assert from 'node:assert/strict';
import { views } from '../browser.mjs';
import { ask, enter, eventually, go, inside, List, signIn, signOut, whoIsSignedIn } from '../console.mjs';
import { journey } from '../journey.mjs';

const password = 'input[autocomplete="current-password"]';

journey('the administrator signs in, stays so after a reload, and signs out', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await page.reload();
  await inside(page);

  assert.equal((await whoIsSignedIn(stage)).status(), 200);

  await signOut(page, program.admin.name);
  await page.locator(password).waitFor();
  assert.equal((await whoIsSignedIn(stage)).status(), 401);
});

journey('a wrong password is refused in words, and the right one then works', async (stage) => {
  const { page, program, watch } = stage;
  // The browser itself logs that there is no session yet, and then the refusal.
  watch.expect(/status of 401/);
  await page.goto(program.url);
  await enter(page, { ...program.admin, password: 'not the password' });
  await page.getByRole('alert').filter({ hasText: '密码' }).waitFor();
  assert.equal(await page.locator(password).inputValue(), '', 'the refused password is still in its field');
  assert.equal((await whoIsSignedIn(stage)).status(), 401);

  await enter(page, program.admin);
  await inside(page);
});

journey('a session that has ended leads back to the same address after signing in', async (stage) => {
  const { page, context, program } = stage;
  await signIn(stage);
  const place = `${program.url}/customer?level=follow&q=${encodeURIComponent('王')}`;
  await page.goto(place);
  await new List(page, '客户列表').settled();

  // The browser keeps a cookie whose session the server has ended meanwhile.
  const cookies = await context.cookies();
  const gone = await page.request.post(`${program.url}/api/account/sign-out`, {
    headers: { Origin: program.url },
  });
  assert.ok(gone.ok(), `sign-out: ${gone.status()}`);
  await context.addCookies(cookies);

  await page.getByRole('button', { name: '刷新' }).click();
  await page.locator(password).waitFor();
  await page.getByText('登录后会回到刚才的页面').waitFor();
  await enter(page, program.admin);
  await new List(page, '客户列表').settled();
  assert.equal(page.url(), place);
});

journey('a member signs in by WeCom and sees the customers he follows, no others', async (stage) => {
  const { page, program, watch } = stage;
  watch.expect(/status of 401/);
  const { members } = await program.simulator.get('/_sim/members');
  const member = members.find((m) => m.status === 1 && m.may_contact && m.customers > 0);

  await page.goto(`${program.url}/customer`);
  await page.getByRole('link', { name: '企业微信扫码登录' }).click();
  await page.getByRole('button', { name: member.userid }).click();
  await page.waitForURL(`${program.url}/customer`);
  await page.getByRole('button', { name: member.name }).waitFor();

  // Counted each time anew: in other journeys on the same simulator customers come and go.
  const list = new List(page, '客户列表');
  const all = async () => {
    const own = await program.simulator.followed(member.userid);
    assert.equal(await list.total(), own.length);
  };
  await eventually(all);
  await page.getByText('按跟进关系').click();
  await eventually(all);
  for (const row of await list.rows.all()) assert.match(await row.textContent(), new RegExp(member.name));

  // Not offered, and not given when asked for all the same.
  const navigation = page.getByRole('navigation', { name: '主导航' });
  assert.equal(await navigation.getByRole('link', { name: '事件日志' }).count(), 0);
  watch.expect(/status of 403/);
  await page.goto(`${program.url}/eventlog`);
  await page.getByRole('alert').filter({ hasText: '没有权限' }).waitFor();
  for (const path of ['/api/eventlog/callbacks', '/api/eventlog/jobs', '/api/eventlog/calls']) {
    assert.equal((await page.request.get(program.url + path)).status(), 403, path);
  }

  // A customer of somebody else is not there for him.
  const { items } = await ask(stage, '/api/customer/follows?limit=1');
  assert.equal(items[0].member, member.userid);
});

journey('who declines on WeCom’s page is told so and can sign in otherwise', async (stage) => {
  const { page, program, watch } = stage;
  watch.expect(/status of 401/);
  await page.goto(`${program.url}/churn`);
  await page.getByRole('link', { name: '企业微信扫码登录' }).click();
  await page.getByRole('button', { name: '取消' }).click();
  await page.getByRole('alert').filter({ hasText: '没有完成企业微信登录' }).waitFor();
  await enter(page, program.admin);
  await page.getByRole('heading', { level: 1, name: '流失提醒' }).waitFor();
});

journey('language and appearance are chosen once and remembered', async (stage) => {
  const { page, program, watch } = stage;
  watch.expect(/status of 401/);
  await page.goto(program.url);
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');

  await enter(page, program.admin);
  await page.getByRole('navigation').getByRole('link', { name: 'Event log' }).waitFor();
  await page.getByRole('button', { name: 'Appearance' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  const dark = () =>
    page.evaluate(() => {
      const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
      return (r + g + b) / 3;
    });
  await eventually(async () => assert.ok((await dark()) < 60, `the page is still bright: ${await dark()}`));

  await page.reload();
  await page.getByRole('navigation').getByRole('link', { name: 'Event log' }).waitFor();
  assert.ok((await dark()) < 60, 'dark was forgotten');

  // And back to Chinese, for whoever sits down next.
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '简体中文' }).click();
  await go(page, '事件日志');
});

/** Opens every page of the menu by its links, and the tabs on it, as whoever is signed in; tells what is amiss. */
async function walked(page, navigation, words, tabs = true) {
  const amiss = [];
  const quiet = () =>
    page.waitForFunction(
      () => document.querySelector('h1') && !document.querySelector('[aria-busy="true"], .ant-skeleton'),
    );
  const look = async (where) => {
    await quiet();
    const { text, wide } = await page.evaluate(() => ({
      text: document.querySelector('main').textContent,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    const key = text.match(
      /\b(menu|tile|trend|job|find|role|event|permission|operation|timeline|field)\.[a-zA-Z]+/,
    );
    if (key) amiss.push(`${where} says ${key[0]}`);
    if (wide > 1) amiss.push(`${where} is ${wide} px wider than the window`);
    if (/undefined|NaN|\[object/.test(text))
      amiss.push(`${where} says ${/.*(undefined|NaN|\[object).*/.exec(text)[0]}`);
    const heading = await page.getByRole('heading', { level: 1 }).first().textContent();
    if (!words.test(heading)) amiss.push(`${where} is called ${heading}`);
  };
  const links = page.getByRole('navigation', { name: navigation }).getByRole('link');
  await links.first().waitFor();
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  for (const address of addresses) {
    // The page before stays in sight until the next one's code is there.
    const before =
      new URL(page.url()).pathname === address ? '' : await page.locator('main h1').first().textContent();
    await page.getByRole('navigation', { name: navigation }).locator(`a[href="${address}"]`).click();
    await page.waitForURL((url) => url.pathname === address);
    await page.waitForFunction(
      (old) => ![null, undefined, old].includes(document.querySelector('main h1')?.textContent),
      before,
    );
    await look(address);
    for (const tab of tabs ? (await page.getByRole('tab').all()).slice(1) : []) {
      await tab.click();
      await look(`${address}, ${await tab.textContent()}`);
    }
  }
  assert.ok(addresses.length > 5, `the menu has ${addresses.length} entries`);
  assert.deepEqual(amiss, []);
}

journey(
  'every page of the menu opens without a word in the browser’s log, in both languages',
  async (stage) => {
    const { page, program, watch } = stage;
    const english = /[A-Za-z]{3}/;
    const chinese = /\p{Script=Han}/u;
    const language = (name) =>
      page.evaluate((value) => localStorage.setItem('queqiao.language', JSON.stringify(value)), name);
    await signIn(stage);
    await walked(page, '主导航', chinese);
    await language('en');
    await page.reload();
    await walked(page, 'Main navigation', english, false);

    // And as somebody with customers and nothing else.
    const { members } = await program.simulator.get('/_sim/members');
    const member = members.find((m) => m.status === 1 && m.may_contact && m.customers > 0);
    await page.context().clearCookies();
    watch.expect(/status of 401/);
    await page.goto(`${program.url}/sign-in`);
    await page.getByRole('link', { name: 'WeCom' }).click();
    await page.getByRole('button', { name: member.userid }).click();
    await walked(page, 'Main navigation', english);
    await language('zh-CN');
    await page.reload();
    await walked(page, '主导航', chinese, false);
  },
);

journey(
  'on a phone the sign-in page fits and leads into the console',
  async (stage) => {
    const { page } = stage;
    await signIn(stage);
    const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `the page is ${wide} wide in a window of ${window}`);
  },
  { view: views.narrow },
);
