import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ask, eventually, go, List, openFilter, pick, signIn, tell } from '../console.mjs';
import { journey } from '../journey.mjs';
import { Phones } from '../phones.mjs';

/** The app of the demo corp that the product is. */
const app = 1000002;

/** The customers of that name, those that are lost too. */
const called = async (stage, name) =>
  (await ask(stage, `/api/customer/customers?standing=all&q=${encodeURIComponent(name)}`)).items;

journey('from a scan to the screen: greeted, seen, lost and told', async (stage) => {
  const { page, program } = stage;
  const { members } = await program.simulator.get('/_sim/members');
  const host = members.find((m) => m.status === 1 && m.may_contact && m.real_name);
  const code = '新品发布会';
  const nick = '徐来来';

  // A channel code with a greeting of its own.
  await signIn(stage);
  await go(page, '渠道活码');
  await page
    .getByRole('link', { name: '新建活码' })
    .or(page.getByRole('button', { name: '新建活码' }))
    .click();
  await page.getByLabel('名称').fill(code);
  await pick(page, page.getByRole('region', { name: '谁来接待' }).getByRole('combobox'), host.name);
  await page.getByText('此活码专用').click();
  const editor = page.getByRole('textbox', { name: '消息文字' });
  await editor.fill('您好 ');
  await page.getByRole('button', { name: '客户昵称' }).click();
  await editor.press('End');
  await editor.pressSequentially('，我是 ');
  await page.getByRole('button', { name: '成员姓名' }).click();
  await editor.press('End');
  await editor.pressSequentially('，资料马上给您。');
  await page.getByRole('button', { name: '创建活码' }).click();
  await page.getByRole('heading', { level: 1, name: code }).waitFor();
  await page.getByRole('img', { name: `「${code}」的二维码` }).waitFor();

  // The list of customers stays open in the console from here on, and is never reloaded.
  await go(page, '客户列表');
  const customers = new List(page, '客户列表');
  const before = await customers.total();
  assert.equal(await customers.row(nick).count(), 0);

  const phones = await Phones.open(stage);
  await phones.newcomer(nick);
  await phones.scan(code);
  assert.equal(await phones.whoseIsTheLeft(), host.userid);

  // The greeting, with both names filled in.
  const greeting = phones.customer.locator('[data-via="welcome"]').getByTestId('message');
  await greeting.waitFor();
  assert.equal(await greeting.textContent(), `您好 ${nick}，我是 ${host.name}，资料马上给您。`);

  await customers.row(nick).waitFor();
  await eventually(async () => assert.equal(await customers.total(), before + 1));
  assert.match(await customers.row(nick).textContent(), new RegExp(host.name));

  // The member's phone has the talk as well.
  await phones.member.getByTestId('member-chats').getByText(nick, { exact: true }).waitFor();

  // The customer deletes the member: the open list of losses shows it, the member is told.
  await go(page, '流失提醒');
  const losses = new List(page, '客户流失');
  await losses.settled();
  assert.equal(await losses.row(nick).count(), 0);
  await phones.deleteMember(host.userid);
  await losses.row(nick).waitFor();
  await losses.row(nick).filter({ hasText: '已通知' }).waitFor();
  const row = await losses.row(nick).textContent();
  assert.match(row, new RegExp(host.name));

  const talk = await phones.openApp(app);
  const card = talk.getByTestId('app-message-1');
  await card.filter({ hasText: nick }).waitFor();
  assert.equal(await card.getAttribute('data-msgtype'), 'textcard');

  // The card opens the customer's page in WeCom on the phone; signing in is silent.
  const [customer] = await called(stage, nick);
  await card.getByTestId('card-open').click();
  const frame = phones.member.getByTestId('member-browser').frameLocator('iframe');
  await frame.getByRole('heading', { level: 1, name: nick }).waitFor();
  await frame.getByText(`通过渠道活码「${code}」添加`).waitFor();
  await frame.getByText('客户删除了成员').first().waitFor();
  const inner = phones.page.frames().find((f) => f.url().startsWith(program.url));
  assert.equal(new URL(inner.url()).pathname, `/customer/${customer.id}`);

  // The administrator is still the administrator: the phone has cookies of its own.
  assert.equal((await ask(stage, '/api/account/me')).user.name, program.admin.name);

  // The loss is found by the member's name, and taken away as a file with nobody else's.
  await openFilter(page, '成员');
  await pick(page, page.getByRole('combobox', { name: '成员' }), host.name);
  await page.getByRole('button', { name: `成员：${host.name}` }).waitFor();
  const own = await eventually(async () => {
    const total = await losses.total();
    const shown = await losses.rows.count();
    assert.equal(shown, Math.min(total, 20));
    assert.equal(await losses.row(host.name).count(), shown, 'a loss of somebody else');
    return total;
  });
  await losses.row(nick).waitFor();
  await losses.box.getByRole('button', { name: '导出' }).click();
  const dialog = page.getByRole('dialog', { name: '导出列表' });
  await dialog.getByRole('radio', { name: /CSV/ }).check();
  await dialog.getByRole('button', { name: '开始导出' }).click();
  await dialog.getByRole('link', { name: '查看导出记录' }).click();
  await new List(page, '导出记录').row('已完成').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载' }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  assert.equal(lines.length - 1, own);
  assert.ok(lines.slice(1).every((line) => line.includes(host.name)));
  assert.match(lines.find((line) => line.startsWith(`${nick},`)) ?? '', new RegExp(`${host.name}.*${code}`));

  // The code has counted both.
  await go(page, '渠道活码');
  const codes = new List(page, '渠道活码');
  await eventually(async () => {
    const [today, added, lost, deleted] = (await codes.row(code).locator('td').allTextContents()).slice(3);
    assert.deepEqual({ today, added, lost, deleted }, { today: '1', added: '1', lost: '1', deleted: '0' });
  });
});

journey('a rule is tried, switched on, and tags who comes by the channel from then on', async (stage) => {
  const { page, program } = stage;
  const { simulator } = program;
  const [code, remark] = ['秋季展会', '展台与易拉宝']; // WeCom knows the code by its remark
  const [group, tag, rule] = ['来源场景', '展台扫码', '展会来客'];
  const [first, second] = ['贺先来', '贺后到'];
  await signIn(stage);
  await tell(stage, '/api/tag/groups', { name: group, tags: [tag] });
  const early = await simulator.scanned(remark, first);
  await eventually(async () => assert.equal((await called(stage, first)).length, 1));

  await page.goto(`${program.url}/tag?tab=rules`);
  await page.getByRole('button', { name: '新建规则' }).click();
  const drawer = page.getByRole('dialog').filter({ hasText: '触发条件' });
  await drawer.getByRole('textbox', { name: '名称' }).fill(rule);
  await drawer.getByRole('combobox', { name: '选择渠道活码' }).click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(code, { exact: true }).click();
  await pick(page, drawer.getByRole('combobox', { name: '添加标签' }), tag);
  await drawer.getByRole('switch', { name: '启用' }).click();

  // Whom it would have tagged; it changes nothing.
  await drawer.getByRole('button', { name: '试运行' }).click();
  const dry = page.getByRole('dialog', { name: '试运行' });
  await dry.getByRole('listitem').filter({ hasText: first }).filter({ hasText: '已打标签' }).waitFor();
  await dry.locator('.ant-modal-close').click();
  await dry.waitFor({ state: 'hidden' });
  await drawer.getByRole('button', { name: '保存', exact: true }).click();
  await drawer.waitFor({ state: 'hidden' });

  const line = page.getByRole('listitem').filter({ hasText: rule });
  await line.getByRole('switch', { checked: false }).click();
  await line.getByRole('switch', { checked: true }).waitFor();
  await line.getByRole('button', { name: '今日 0 · 累计 0' }).click();
  const hits = new List(page, `${rule} 的命中记录`);
  await hits.settled();
  assert.equal(await hits.rows.count(), 0);

  // The open log shows the next one who comes; he bears the tag in WeCom, the one before does not.
  const late = await simulator.scanned(remark, second);
  const hit = hits.row(second).filter({ hasText: '已打标签' });
  await hit.waitFor();
  const bears = async ({ userid, external_userid: external }) => {
    const contacts = await simulator.contacts(userid);
    return contacts.find((one) => one.external_userid === external).tags.includes(tag);
  };
  assert.deepEqual([await bears(early), await bears(late)], [false, true]);
  await hit.getByRole('link', { name: second }).click();
  await page.getByRole('heading', { level: 1, name: second }).waitFor();
  await page.getByText(`规则「${rule}」自动打上标签：${tag}`).first().waitFor();

  await page.goto(`${program.url}/tag?tab=stats`);
  await openFilter(page, '标签组');
  await page.getByRole('radio', { name: group }).click();
  await page.getByRole('button', { name: '重新统计' }).click();
  const figures = new List(page, '标签统计').row(tag).locator('td');
  await eventually(async () =>
    assert.deepEqual((await figures.allTextContents()).slice(2, 4), ['1', '1'], 'customers, and new ones'),
  );
});
