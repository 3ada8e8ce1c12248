import assert from 'node:assert/strict';
import { ask, eventually, go, List, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';
import { Phones } from '../phones.mjs';

/** The app of the demo corp that the product is. */
const app = 1000002;

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
  const { items } = await ask(stage, `/api/customer/customers?standing=all&q=${encodeURIComponent(nick)}`);
  await card.getByTestId('card-open').click();
  const frame = phones.member.getByTestId('member-browser').frameLocator('iframe');
  await frame.getByRole('heading', { level: 1, name: nick }).waitFor();
  await frame.getByText(`通过渠道活码「${code}」添加`).waitFor();
  await frame.getByText('客户删除了成员').first().waitFor();
  const inner = phones.page.frames().find((f) => f.url().startsWith(program.url));
  assert.equal(new URL(inner.url()).pathname, `/customer/${items[0].id}`);

  // The administrator is still the administrator: the phone has cookies of its own.
  assert.equal((await ask(stage, '/api/account/me')).user.name, program.admin.name);

  // The code has counted both.
  await go(page, '渠道活码');
  const codes = new List(page, '渠道活码');
  await eventually(async () => {
    const [today, added, lost, deleted] = (await codes.row(code).locator('td').allTextContents()).slice(3);
    assert.deepEqual({ today, added, lost, deleted }, { today: '1', added: '1', lost: '1', deleted: '0' });
  });
});
