// What members and managers do all day with customers they have: give each other tasks,
// tag many at once, carry cards over the board, and hear who deleted whom.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, eventually, go, List, pick, signIn, tell } from '../console.mjs';
import { journey } from '../journey.mjs';
import { Phones } from '../phones.mjs';

/** The app of the demo corp that the product is. */
const app = 1000002;

/** The first members who may have customers, each with one of his, as the simulated world has them. */
async function pairs({ program: { simulator } }, n) {
  const { members } = await simulator.get('/_sim/members');
  const found = [];
  for (const member of members.filter((m) => m.status === 1 && m.may_contact)) {
    const contact = (await simulator.contacts(member.userid)).find(
      (c) => c.by_member && c.by_customer && !c.half && !c.remark,
    );
    if (contact) found.push({ member, contact });
    if (found.length === n) return found;
  }
  throw new Error(`fewer than ${n} members have customers`);
}

/** The page of the customer in the console. */
async function customerOf(stage, { contact }) {
  const { items } = await ask(
    stage,
    `/api/customer/customers?standing=all&q=${encodeURIComponent(contact.name)}`,
  );
  return items.find((item) => item.customer === contact.external_userid);
}

/** What a card of our app on the member's phone leads to: the customer's page, signed in without a word. */
async function follow({ program }, phones, card, customer) {
  await card.getByTestId('card-open').click();
  const frame = phones.member.getByTestId('member-browser').frameLocator('iframe');
  await frame.getByRole('heading', { level: 1, name: customer.name }).waitFor();
  const inner = phones.page.frames().find((f) => f.url().startsWith(program.url));
  assert.equal(new URL(inner.url()).pathname, `/customer/${customer.id}`);
}

let reminded;
let cycled;

/** Day and minute of the day in the corp's time zone. */
function clockOf(moment) {
  const words = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Shanghai',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(moment);
  const [day, time] = words.split(' ');
  const [hour, minute] = time.split(':').map(Number);
  return { day, minute: hour * 60 + minute };
}

/** Gives a late stage a cycle by which a customer in it is to be followed up in two minutes; gives his card. */
async function fallDue(stage) {
  while (clockOf(Date.now()).minute > 1437) await pause(5000); // the time of day may not pass midnight on the way
  const { day, minute } = clockOf(Date.now());
  const [{ id, name, note, seen, joins, stages, version }] = (await ask(stage, '/api/stage/flows')).items;
  for (const late of stages.slice(3)) {
    const { items } = await ask(stage, `/api/stage/flows/${id}/cards?stage=${late.id}&limit=50`);
    const before = (card) => clockOf(Date.parse(card.followedAt ?? card.enteredAt)).day < day;
    const card = items.find((one) => !one.gone && before(one));
    if (!card) continue;
    const cycle = { days: 1, unit: 'days', at: minute + 2, every: 0, times: 0, escalate: 0 };
    // What was read is sent back: what a form leaves out is taken away.
    const forms = stages
      .filter(({ into }) => !into)
      .map((form) => (form.id === late.id ? { ...form, cycle } : form));
    await tell(stage, `/api/stage/flows/${id}`, { name, note, seen, joins, version, stages: forms }, 'put');
    return { ...card, in: late.name };
  }
  throw new Error('nobody waits in the later stages');
}

journey('a task is given on the customer’s page, and its card leads the colleague there', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const [pair] = await pairs(stage, 1);
  const customer = await customerOf(stage, pair);
  await page.goto(`${program.url}/customer/${customer.id}`);
  await page.getByRole('button', { name: '新建待办' }).first().click();
  const dialog = page.getByRole('dialog', { name: '新建待办' });
  await dialog.getByLabel('要做什么').fill('带样品上门');
  const who = dialog.getByRole('combobox', { name: '负责人' });
  await who.click();
  await who.fill(pair.member.name);
  await page.locator('.ant-select-dropdown:visible').getByTitle(pair.member.name, { exact: true }).click();
  await dialog.getByRole('button', { name: /^创\s*建$/ }).click();
  await page.getByText('带样品上门').first().waitFor();
  // One more that falls due while the next journeys go on: the last of them looks for its reminder.
  await tell(stage, `/api/followup/customers/${customer.id}/tasks`, {
    title: '回电确认报价',
    member: pair.member.userid,
    dueAt: new Date(Date.now() + 2000).toISOString(),
  });
  reminded = { ...pair, customer };
  cycled = await fallDue(stage);

  const phones = await Phones.open(stage);
  await phones.belongTo(pair.member.userid);
  const talk = await phones.openApp(app);
  const card = talk.locator('[data-msgtype="textcard"]').filter({ hasText: '带样品上门' });
  assert.match(await card.textContent(), /给您安排了待办/);
  await follow(stage, phones, card, customer);
});

journey('a segment is built, all in it are tagged, and the run is undone', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const { members } = await program.simulator.get('/_sim/members');
  const world = async () =>
    (await Promise.all(members.map((m) => program.simulator.contacts(m.userid)))).flat();
  const followed = (await Promise.all(members.map((m) => program.simulator.followed(m.userid)))).flat();
  // More than half of the demo: ten thousand would take WeCom's own pace six minutes there and back.
  const wanted = [
    '一般',
    '重要',
    '高意向',
    '中意向',
    '低意向',
    '已成交',
    '暂不考虑',
    '上海',
    '江苏',
    '浙江',
    '广东',
  ];
  wanted.push('北京', '四川', '护肤', '彩妆', '母婴', '家居', '食品', '数码');
  const matching = followed.filter(
    ({ tags }) => !tags.includes('核心') && wanted.some((name) => tags.includes(name)),
  );
  const all = new Set(matching.map((pair) => pair.external_userid)).size;
  assert.ok(all > 1000, `only ${all} customers: too few to see a run at work`);
  const tag = '周年庆';
  await tell(stage, '/api/tag/groups', { name: '活动', tags: [tag] });

  await go(page, '客户分群');
  await page.getByRole('button', { name: '新建分群' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('普通客户');
  await dialog.getByRole('button', { name: '添加条件', exact: true }).click();
  const values = dialog.getByRole('combobox', { name: '条件的值' });
  for (const one of wanted) await pick(page, values, one);
  await dialog.getByRole('button', { name: '添加条件', exact: true }).click();
  await dialog.getByRole('combobox', { name: '比较方式' }).nth(1).click();
  await page.locator('.ant-select-dropdown:visible').getByTitle('都不包含', { exact: true }).click();
  await pick(page, values.nth(1), '核心');
  await dialog.getByText(/^条件：标签（该成员所打）为.+，且标签（该成员所打）不是核心$/).waitFor();
  await dialog
    .getByText(`${all.toLocaleString('en')} 位客户，${matching.length.toLocaleString('en')} 段跟进关系`)
    .waitFor();
  await dialog.getByRole('button', { name: '保存', exact: true }).click();
  await new List(page, '客户分群').row('普通客户').getByRole('link', { name: '普通客户' }).click();
  const list = new List(page, '客户列表');
  await page.getByRole('button', { name: '客户分群：普通客户' }).waitFor();
  await eventually(async () => assert.equal(await list.total(), all));

  await list.box.locator('thead').getByRole('checkbox').check();
  await list.box.getByRole('button', { name: /^选择符合条件的全部/ }).click();
  await list.box.getByRole('button', { name: '打标签' }).click();
  const mark = page.getByRole('dialog', { name: /打标签$/ });
  await pick(page, mark.getByRole('combobox', { name: '添加标签' }), tag);
  await mark.getByText(`将处理 ${all.toLocaleString('en')} 位客户`).waitFor();
  // A slow WeCom, so that a busy machine has the time to look.
  const slow = { kind: 'slow', path: '/cgi-bin/externalcontact/mark_tag', latency_ms: 100 };
  const patience = { timeout: 120_000 };
  const { id: fault } = await program.simulator.post('/_sim/faults', slow);
  await mark.getByRole('button', { name: '打标签', exact: true }).click();

  // It can be watched at work: some are done and some are not, in words and as a bar.
  await page.waitForURL(/\/tag\/runs\//);
  const words = page.getByText(/^[\d,]+ \/ [\d,]+$/).first();
  await eventually(async () => {
    const [done, of] = (await words.textContent()).split('/').map((n) => Number(n.replaceAll(/\D/g, '')));
    assert.ok(done > 0 && done < of, `${done} of ${of}`);
  });
  await page.getByRole('progressbar').first().waitFor();
  await fetch(`${program.simulator.url}/_sim/faults/${fault}`, { method: 'DELETE' });
  await page.getByText('已完成', { exact: true }).first().waitFor(patience);
  assert.equal(await words.textContent(), `${all.toLocaleString('en')} / ${all.toLocaleString('en')}`);
  const bearing = async () => (await world()).filter((pair) => pair.tags.includes(tag)).length;
  // Whom the customer had deleted before the first sync WeCom refuses to tag, and the run says so.
  const { items } = await ask(stage, '/api/tag/runs');
  const [{ changed, gone }] = items;
  assert.equal(changed + gone, all);
  assert.equal(await bearing(), changed);

  await page.getByRole('button', { name: /^撤\s*销$/ }).click();
  await page
    .getByRole('dialog')
    .filter({ hasText: '撤销这个任务？' })
    .getByRole('button', { name: /^撤\s*销$/ })
    .click();
  await page.getByText('已撤销', { exact: true }).first().waitFor(patience);
  const run = page.url();
  await page.getByText('撤销任务').locator('..').getByRole('link', { name: '查看' }).click();
  await page.waitForURL((url) => url.href !== run);
  await page.getByText('已完成', { exact: true }).first().waitFor(patience);
  assert.equal(await bearing(), 0);
});

journey('cards are carried over the board by mouse and by keyboard', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await go(page, '客户阶段');
  const [flow] = (await ask(stage, '/api/stage/flows')).items;
  const [first, , third, fourth] = flow.stages;
  const { items } = await ask(stage, `/api/stage/flows/${flow.id}/cards?stage=${first.id}&limit=20`);
  const [byMouse, byKeys] = items.filter((card) => !card.gone);
  const column = ({ name }) => page.getByRole('region', { name, exact: true });
  const words = (card) => `客户 ${card.name}，所属成员 ${card.memberName}`;
  const card = (of, where) => column(where).getByRole('group', { name: words(of), exact: true });

  // The column is what is in sight in the end: a page that scrolls under the mouse would have another card carried.
  await column(third).scrollIntoViewIfNeeded();
  await card(byMouse, first).hover();
  await page.mouse.down();
  const box = await column(third).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 8 });
  await page.mouse.up();
  await card(byMouse, third).waitFor();
  assert.equal(await card(byMouse, first).count(), 0);

  await card(byKeys, first).focus();
  await page.keyboard.press('Space');
  await page.getByText(`已拿起 ${byKeys.name}，当前阶段：${first.name}`).waitFor({ state: 'attached' });
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await page.getByText(`已将 ${byKeys.name} 移到 ${fourth.name}`).waitFor({ state: 'attached' });
  await card(byKeys, fourth).waitFor();

  // One that is lifted and put back stays where it was.
  const stays = items.filter((one) => !one.gone)[2];
  await card(stays, first).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await page.getByText(`已放回：${stays.name}`).waitFor({ state: 'attached' });

  await page.reload();
  await card(byMouse, third).waitFor();
  await card(byKeys, fourth).waitFor();
  await card(stays, first).waitFor();
  await page.goto(`${program.url}/customer/${byMouse.customerId}`);
  await page.getByText(`从「${first.name}」移到「${third.name}」`).first().waitFor();
});

journey('rows that are ticked move to a stage together, and the funnel counts them', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const [flow] = (await ask(stage, '/api/stage/flows')).items;
  const [first] = flow.stages;
  const won = flow.stages.find((one) => one.class === 'won');
  // Two of one member who stand in the first stage, came within the funnel's period and on the list's first page.
  const fresh = ({ stage: at, gone, joinedAt }) =>
    at === first.id && !gone && Date.parse(joinedAt) > Date.now() - 20 * 86_400_000;
  const cards = `/api/stage/flows/${flow.id}/cards`;
  const { items } = await ask(stage, `${cards}?stage=${first.id}&limit=100`);
  let chosen = [];
  for (const member of new Set(items.filter(fresh).map((card) => card.member))) {
    const own = (await ask(stage, `${cards}?member=${member}&limit=20`)).items;
    chosen = own.filter(fresh).slice(0, 2);
    if (chosen.length === 2) break;
  }
  assert.equal(chosen.length, 2, 'no member has two customers in the first stage');
  const [{ member }] = chosen;

  const funnel = `${program.url}/stage?view=funnel&member=${member}`;
  const reached = page
    .locator('tr', { has: page.getByText(won.name, { exact: true }) })
    .getByRole('link')
    .first();
  const count = async () => Number((await reached.textContent()).replaceAll(/\D/g, ''));
  await page.goto(funnel);
  const before = await count();

  await page.getByText('列表', { exact: true }).click();
  const list = new List(page, '客户阶段');
  await list.settled();
  const row = ({ follow }) => list.box.locator(`tr[data-row-key="${follow}"]`);
  for (const card of chosen) await row(card).getByRole('checkbox').check();
  await list.box.getByRole('button', { name: '批量移动' }).click();
  const dialog = page.getByRole('dialog', { name: '移动 2 个客户' });
  await dialog.getByRole('combobox', { name: '移到阶段' }).click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(won.name, { exact: true }).click();
  await dialog.getByRole('button', { name: '开始移动' }).click();
  for (const card of chosen) await row(card).getByText(won.name, { exact: true }).waitFor();
  await page.getByRole('button', { name: '批量移动记录' }).click();
  await page.getByText('已移动 2，原本就在 0，未移动 0').first().waitFor();

  // The figure has both, and leads to where they stand.
  await page.goto(funnel);
  await eventually(async () => assert.equal(await count(), before + 2));
  await reached.click();
  await page.getByRole('button', { name: `到过阶段：${won.name}` }).waitFor();
  for (const card of chosen) await row(card).getByText(won.name, { exact: true }).waitFor();
});

journey('a member deletes a customer: the list shows it and who wanted to know is told', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const [{ member: chief }, pair] = await pairs(stage, 2);
  const customer = await customerOf(stage, pair);
  await page.goto(`${program.url}/churn?tab=deletions`);
  await page.getByRole('button', { name: '提醒设置' }).click();
  const dialog = page.getByRole('dialog', { name: '提醒设置' });
  await dialog.getByText('每次立刻通知').click();
  await pick(page, dialog.getByRole('combobox', { name: '接收人' }), chief.name);
  await dialog.getByRole('button', { name: /^保\s*存$/ }).click();
  await dialog.waitFor({ state: 'hidden' });
  const list = new List(page, '删人提醒');
  await list.settled();
  assert.equal(await list.row(pair.contact.name).count(), 0);

  const phones = await Phones.open(stage);
  await phones.belongTo(pair.member.userid);
  await phones.deleteCustomer(pair.contact.person);
  const row = list.row(pair.contact.name);
  await row.filter({ hasText: pair.member.name }).filter({ hasText: '已通知' }).waitFor();

  await phones.belongTo(chief.userid);
  const talk = await phones.openApp(app);
  const card = talk
    .locator('[data-msgtype="textcard"]')
    .filter({ hasText: '成员删除客户提醒' })
    .filter({ hasText: pair.contact.name });
  await card.filter({ hasText: pair.member.name }).waitFor();
  assert.ok(customer, 'the customer was there before');
});

journey('the reminder of a task that fell due is on the phone and leads to the customer', async (stage) => {
  assert.ok(reminded, 'the first journey gave the task');
  const phones = await Phones.open(stage);
  await phones.belongTo(reminded.member.userid);
  const talk = await phones.openApp(app);
  const card = talk
    .locator('[data-msgtype="textcard"]')
    .filter({ hasText: '待办到期' })
    .filter({ hasText: '回电确认报价' });
  await card.filter({ hasText: reminded.contact.name }).waitFor();
  await follow(stage, phones, card, reminded.customer);
});

journey('the reminder of a stage’s cycle is on the phone and leads to the customer', async (stage) => {
  assert.ok(cycled, 'the first journey made the stage remind');
  const phones = await Phones.open(stage);
  await phones.belongTo(cycled.member);
  // Two minutes from the first journey on, and one for the round that looks who is due.
  const talk = await phones.openApp(app, 180_000);
  const card = talk
    .locator('[data-msgtype="textcard"]')
    .filter({ hasText: '客户跟进提醒' })
    .filter({ hasText: cycled.name })
    .filter({ hasText: cycled.in });
  await card.first().waitFor({ timeout: 180_000 });
  await follow(stage, phones, card.first(), { id: cycled.customerId, name: cycled.name });
});
