import assert from 'node:assert/strict';
import { ask, eventually, go, List, openFilter, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

/** A day in the corp's time zone, so many days ago, as pickers write it. */
const day = (ago) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now() - ago * 86_400_000);

/** Every pair of member and customer that WeCom tells of, with the member in it; at the end those of one who left. */
async function pairs({ program }) {
  const { members } = await program.simulator.get('/_sim/members');
  const all = await Promise.all(members.map((member) => program.simulator.followed(member.userid)));
  return [...all.flat(), ...(await program.simulator.unassigned())];
}

const customersIn = (list) => new Set(list.map((pair) => pair.external_userid)).size;

journey('customers are filtered by member, and the address keeps it', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '客户列表');
  const list = new List(page, '客户列表');
  const all = await pairs(stage);
  await eventually(async () => assert.equal(await list.total(), customersIn(all)));

  const { member_name: name, userid } = all[0];
  const own = all.filter((pair) => pair.userid === userid);
  await openFilter(page, '成员');
  await pick(page, page.getByRole('combobox', { name: '成员' }), name);
  await eventually(async () => assert.equal(await list.total(), customersIn(own)));
  assert.ok(customersIn(own) < customersIn(all), 'the member has all customers: the filter shows nothing');
  assert.equal(new URL(page.url()).searchParams.get('member'), userid);

  await page.reload();
  await page.getByRole('button', { name: `成员：${name}` }).waitFor();
  await eventually(async () => assert.equal(await list.total(), customersIn(own)));

  // By pair of member and customer there are as many rows, each with the member's name.
  await page.getByText('按跟进关系').click();
  await eventually(async () => assert.equal(await list.total(), own.length));
  for (const row of await list.rows.all()) assert.match(await row.textContent(), new RegExp(name));
  await page.reload();
  await eventually(async () => assert.equal(await list.total(), own.length));

  await page.getByRole('button', { name: '清除筛选' }).click();
  await eventually(async () => assert.equal(await list.total(), all.length));
});

journey('customers are filtered by tag, any of several or none of them', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await page.goto(`${stage.program.url}/customer?level=follow`);
  const list = new List(page, '客户列表');
  const all = await pairs(stage);
  const [first, second] = ['高意向', '核心'];
  const bearing = (...names) => all.filter((pair) => names.some((name) => pair.tags.includes(name)));
  assert.ok(
    bearing(first).length > 0 && bearing(second).length > 0,
    'the demo has no customer with these tags',
  );

  await openFilter(page, '标签');
  const picker = page.getByRole('combobox', { name: '标签' });
  await pick(page, picker, first);
  await eventually(async () => assert.equal(await list.total(), bearing(first).length));
  for (const row of await list.rows.all())
    assert.match(await row.textContent(), new RegExp(`${first}|\\+\\d`));
  await pick(page, picker, second);
  await eventually(async () => assert.equal(await list.total(), bearing(first, second).length));

  await page.getByText('不含', { exact: true }).click();
  await eventually(async () => assert.equal(await list.total(), all.length - bearing(first, second).length));
});

journey('customers are filtered by the days on which they were added', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await page.goto(`${stage.program.url}/customer?level=follow`);
  const list = new List(page, '客户列表');
  await list.settled();
  const [from, to] = [day(12), day(5)];
  const inside = (pair) => {
    const added = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(
      pair.created_at * 1000,
    );
    return from <= added && added <= to;
  };
  const wanted = (await pairs(stage)).filter(inside);
  assert.ok(wanted.length > 0);

  await openFilter(page, '添加时间');
  const [start, end] = await page.locator('.ant-picker-range input').all();
  await start.fill(from);
  await start.press('Enter');
  await end.fill(to);
  await end.press('Enter');
  await eventually(async () => assert.equal(await list.total(), wanted.length));
  assert.equal(new URL(page.url()).searchParams.get('added'), `${from}~${to}`);

  // A named period stays what it says.
  await page.getByRole('button', { name: '去掉筛选：添加时间' }).click();
  await openFilter(page, '添加时间');
  await page.getByRole('radio', { name: '近 7 天' }).click();
  await page.getByRole('button', { name: '添加时间：近 7 天' }).waitFor();
  await eventually(async () => assert.ok((await list.total()) > 0));
});

journey('two characters from within a name find their customers', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '客户列表');
  const list = new List(page, '客户列表');
  const all = await pairs(stage);
  const { name } = all.find((pair) => /^\p{Script=Han}{3}$/u.test(pair.name));
  const two = name.slice(1);
  // Of those whom the member has yet to confirm WeCom tells no name.
  const hits = all.filter((pair) => !pair.half && `${pair.name}\n${pair.remark ?? ''}`.includes(two));

  await page.getByRole('search').getByRole('textbox').fill(two);
  await eventually(async () => assert.equal(await list.total(), customersIn(hits)));
  for (const row of await list.rows.all()) assert.match(await row.textContent(), new RegExp(two));
  await page.reload();
  assert.equal(await page.getByRole('search').getByRole('textbox').inputValue(), two);
  await eventually(async () => assert.equal(await list.total(), customersIn(hits)));

  // Words nobody bears: an empty answer says so and offers the way back.
  await page.getByRole('search').getByRole('textbox').fill('龘龘');
  await page.getByText('没有符合条件的记录').waitFor();
  await list.box.getByRole('button', { name: '清除筛选' }).click();
  await eventually(async () => assert.equal(await list.total(), customersIn(all)));
});

journey('a row opens beside the list, and its page tells the customer’s story', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  // Somebody who came by a channel code of the demo, so that there is a story.
  const { items: codes } = await ask(stage, '/api/channelcode/codes');
  const busy = codes.find((code) => code.counters.added > 0);
  const { items: changes } = await ask(stage, `/api/channelcode/codes/${busy.id}/changes?kind=added&limit=1`);
  const customer = await ask(stage, `/api/customer/customers/${changes[0].customerId}`);

  await page.goto(`${program.url}/customer?standing=all&q=${encodeURIComponent(customer.name)}`);
  const list = new List(page, '客户列表');
  await list.settled();
  const row = list.box.locator(`tr[data-row-key="${customer.id}"]`);
  await row.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(customer.followers[0].memberName).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('open'), customer.id);
  await page.reload();
  await drawer.getByText(customer.followers[0].memberName).first().waitFor();

  await drawer.getByRole('link', { name: '打开完整页面' }).click();
  await page.getByRole('heading', { level: 1, name: customer.name }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/customer/${customer.id}`);
  await page.getByText(`通过渠道活码「${busy.name}」添加`).first().waitFor();
  await page.getByText('添加为客户').first().waitFor();
  for (const follower of customer.followers) await page.getByText(follower.memberName).first().waitFor();
});

journey('who is not there has a page that says so', async (stage) => {
  const { page, program, watch } = stage;
  await signIn(stage);
  const { items } = await ask(stage, '/api/channelcode/codes');
  watch.expect(/status of 404/);
  // An id of the right form, of something that is no customer.
  await page.goto(`${program.url}/customer/${items[0].id}`);
  await page.getByRole('alert').filter({ hasText: '没有找到' }).first().waitFor();
});

journey('a condition becomes a segment that opens as a list', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const all = await pairs(stage);
  const tag = '高意向';
  const bearing = all.filter((pair) => pair.tags.includes(tag));
  await go(page, '客户分群');
  await page.getByRole('button', { name: '新建分群' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('重点跟进');
  await dialog.getByRole('button', { name: '添加条件', exact: true }).click();
  await pick(page, dialog.getByRole('combobox', { name: '条件的值' }), tag);
  // What it says, and how many there are, stand below while it is made.
  await dialog.getByText(`条件：标签（该成员所打）为${tag}`).waitFor();
  await dialog
    .getByText(
      `${customersIn(bearing).toLocaleString('en')} 位客户，${bearing.length.toLocaleString('en')} 段跟进关系`,
    )
    .waitFor();
  await dialog.getByRole('button', { name: '保存', exact: true }).click();

  const segments = new List(page, '客户分群');
  await segments.row('重点跟进').getByRole('link', { name: '重点跟进' }).click();
  await page.getByRole('heading', { level: 1, name: '客户列表' }).waitFor();
  const list = new List(page, '客户列表');
  await page.getByRole('button', { name: '客户分群：重点跟进' }).waitFor();
  await eventually(async () => assert.equal(await list.total(), customersIn(bearing)));

  // A view remembers it for the next time.
  await page.getByRole('button', { name: '视图', exact: true }).click();
  await page.getByText('保存为新视图').click();
  await page.getByRole('dialog').getByLabel('名称').fill('我的重点');
  await page.getByRole('dialog').getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '视图：我的重点' }).waitFor();
  await page.goto(`${program.url}/customer`);
  await eventually(async () => assert.ok((await list.total()) > customersIn(bearing)));
  await page.getByRole('button', { name: '视图', exact: true }).click();
  await page.getByRole('menuitem', { name: '我的重点' }).click();
  await eventually(async () => assert.equal(await list.total(), customersIn(bearing)));
});

journey('a colleague finds what is shared with him, and only his own customers in it', async (stage) => {
  const { page, program, watch } = stage;
  const [tag, segment, view] = ['高意向', '大家的高意向', '高意向关系'];
  await signIn(stage);
  await page.goto(`${program.url}/customer?level=follow`);
  const list = new List(page, '客户列表');
  await openFilter(page, '标签');
  await pick(page, page.getByRole('combobox', { name: '标签' }), tag);
  const share = async (name) => {
    const dialog = page.getByRole('dialog').filter({ hasText: '可见范围' });
    await dialog.getByRole('textbox', { name: '名称' }).fill(name);
    await dialog.getByRole('radio', { name: '所有人' }).check();
    await dialog.getByRole('button', { name: '保存', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  };
  await page.getByRole('button', { name: '保存为分群' }).click();
  await share(segment);
  await page.getByRole('button', { name: '视图', exact: true }).click();
  await page.getByRole('menuitem', { name: '保存为新视图' }).click();
  await share(view);
  await page.getByRole('button', { name: `视图：${view}` }).waitFor();

  // The colleague, signed in by WeCom in the same browser.
  const all = (await pairs(stage)).filter(({ tags }) => tags.includes(tag));
  const { members } = await program.simulator.get('/_sim/members');
  const colleague = members.find(
    (m) => m.status === 1 && m.may_contact && all.some((pair) => pair.userid === m.userid),
  );
  const own = all.filter((pair) => pair.userid === colleague.userid);
  assert.ok(own.length < all.length, 'the colleague has all customers: the list shows nothing');
  watch.expect(/status of 401/);
  await page.context().clearCookies();
  await page.goto(`${program.url}/customer/segments`);
  await page.getByRole('link', { name: '企业微信扫码登录' }).click();
  await page.getByRole('button', { name: colleague.userid }).click();
  await new List(page, '客户分群').row(segment).getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('menuitem', { name: '查看客户' }).waitFor();
  assert.equal(await page.getByRole('menuitem', { name: '编辑分群' }).count(), 0, 'what is not his');
  await page.getByRole('menuitem', { name: '查看客户' }).click();
  await page.getByRole('button', { name: `客户分群：${segment}` }).waitFor();
  await eventually(async () => assert.equal(await list.total(), customersIn(own)));

  await page.getByRole('button', { name: '视图', exact: true }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${view} · `) }).click();
  await page.getByRole('button', { name: `视图：${view}` }).waitFor();
  await eventually(async () => assert.equal(await list.total(), own.length));
  for (const row of await list.rows.all()) assert.match(await row.textContent(), new RegExp(colleague.name));
});
