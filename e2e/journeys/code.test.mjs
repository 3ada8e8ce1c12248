import assert from 'node:assert/strict';
import { ask, eventually, go, List, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

/** Members who can receive customers, and one who cannot. */
async function cast({ program }) {
  const { members } = await program.simulator.get('/_sim/members');
  const able = members.filter((m) => m.status === 1 && m.may_contact && m.real_name);
  return { first: able[0], second: able[1], third: able[2], barred: members.find((m) => !m.may_contact) };
}

const section = (page, name) => page.getByRole('region', { name });
const receivers = (page) => section(page, '谁来接待').getByRole('combobox', { name: '接待成员' });

/** What is said to be wrong under the field of that label. */
function wrong(page, label) {
  const field = page.locator('.ant-form-item').filter({ has: page.getByText(label, { exact: true }) });
  return field.locator('.ant-form-item-explain-error');
}

/** Sets a time to 00:00 by the two columns that open under it; at the end of a shift that is 24:00. */
async function pickMidnight(page, time) {
  await time.click();
  const columns = page.locator('.ant-picker-dropdown:visible .ant-picker-time-panel-column');
  for (const i of [0, 1]) await columns.nth(i).getByText('00', { exact: true }).click();
  await time.press('Tab');
}

/** Makes a plain code by the form and stops on its page, which shows the QR code. */
async function make({ page }, name, member) {
  await go(page, '渠道活码');
  await page.getByRole('link', { name: '新建活码' }).click();
  await page.getByRole('heading', { level: 1, name: '新建活码' }).waitFor(); // the list has a field for a name, too
  await page.getByLabel('名称').fill(name);
  await pick(page, receivers(page), member.name);
  await page.getByRole('button', { name: '创建活码' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByRole('img', { name: `「${name}」的二维码` }).waitFor();
  return new URL(page.url()).pathname;
}

journey('what is wrong with a new code is said beside the field', async (stage) => {
  const { page, watch } = stage;
  const { first, barred } = await cast(stage);
  await signIn(stage);
  await go(page, '渠道活码');
  await page.getByRole('link', { name: '新建活码' }).click();
  const create = page.getByRole('button', { name: '创建活码' });

  await create.click();
  await wrong(page, '名称').filter({ hasText: '请填写名称' }).waitFor();
  await wrong(page, '接待成员').filter({ hasText: '请填写接待成员' }).waitFor();
  await page.getByLabel('名称').fill('渠'.repeat(31));
  await wrong(page, '名称').filter({ hasText: '最多 30 个字' }).waitFor();
  await page.getByLabel('名称').fill('写错的活码');
  await wrong(page, '名称').waitFor({ state: 'detached' });

  // Only the server knows whom WeCom lets receive customers: its answer stands at the field too.
  watch.expect(/status of 422/);
  await pick(page, receivers(page), barred.name);
  await create.click();
  await wrong(page, '接待成员').filter({ hasText: barred.name }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/channelcode/new');
  assert.equal(await page.getByLabel('名称').inputValue(), '写错的活码', 'what was typed is gone');

  // A shift needs days and members.
  await page.getByRole('button', { name: '添加班次' }).click();
  await create.click();
  await wrong(page, '排班').filter({ hasText: '请为每个班次选择星期和成员' }).waitFor();

  // Leaving asks first, and nothing was made.
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '客户列表' }).click();
  const question = page.getByRole('dialog').filter({ hasText: '有未保存的修改' });
  await question.getByRole('button', { name: '取消' }).click();
  await question.waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('名称').inputValue(), '写错的活码');
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '客户列表' }).click();
  await question.getByRole('button', { name: '放弃修改' }).click();
  await page.getByRole('heading', { level: 1, name: '客户列表' }).waitFor();
  const { items } = await ask(stage, `/api/channelcode/codes?q=${encodeURIComponent('写错的活码')}`);
  assert.equal(items.length, 0);
  assert.ok(first);
});

journey('a code with shift, cap and back-up hands over when the cap is reached', async (stage) => {
  const { page, program } = stage;
  const { simulator } = program;
  const { first, second, third } = await cast(stage);
  const name = '地铁灯箱';
  await signIn(stage);
  await go(page, '渠道活码');
  await page.getByRole('link', { name: '新建活码' }).click();
  await page.getByRole('heading', { level: 1, name: '新建活码' }).waitFor();
  await page.getByLabel('名称').fill(name);
  await pick(page, receivers(page).first(), first.name);
  await page.getByRole('button', { name: '添加班次' }).click();
  const shift = page.locator('.q-shift');
  // Round the clock on every day, so that the shift is on whenever this journey is walked.
  for (const day of ['周六', '周日']) await shift.getByRole('checkbox', { name: day }).check();
  await pickMidnight(page, shift.getByRole('textbox', { name: '上班时间' }));
  await pickMidnight(page, shift.getByRole('textbox', { name: '下班时间' }));
  await pick(page, shift.getByRole('combobox', { name: '选择成员' }), second.name);
  await page.getByRole('spinbutton').fill('1');
  const backup = page.locator('.ant-form-item').filter({ hasText: '备用成员' }).getByRole('combobox');
  await pick(page, backup, third.name);
  await page.getByRole('button', { name: '创建活码' }).click();

  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByRole('img', { name: `「${name}」的二维码` }).waitFor();
  await page.getByText('每人每天 1 位客户').waitFor();
  await page.getByText('00:00 – 24:00').waitFor();
  assert.deepEqual((await simulator.way(name)).users, [second.userid]);

  // The first customer fills the shift's member; WeCom then hands out the back-up, and this page says so by itself.
  const one = await simulator.scanned(name, '余一一');
  assert.equal(one.userid, second.userid);
  const duty = page.locator('.channelcode-duty');
  await duty.getByText(third.name).waitFor();
  await duty.getByText(second.name).waitFor({ state: 'detached' });
  await eventually(async () => assert.deepEqual((await simulator.way(name)).users, [third.userid]));
  assert.equal((await simulator.scanned(name, '余二二')).userid, third.userid);
  const changes = new List(page, '来往客户');
  await changes.row('余一一').waitFor();
  await changes.row('余二二').waitFor();
});

journey('a code is edited while it hangs on the wall: the same picture, other receivers', async (stage) => {
  const { page, program } = stage;
  const { first, second } = await cast(stage);
  const name = '橱窗海报';
  await signIn(stage);
  const place = await make(stage, name, first);
  const picture = async () => {
    const { qr } = await ask(stage, `/api${place.replace('/channelcode/', '/channelcode/codes/')}`);
    return (await page.request.get(program.url + qr)).body();
  };
  const [before, way] = [await picture(), await program.simulator.way(name)];

  await page.getByRole('link', { name: '编辑' }).click();
  await pick(page, receivers(page), second.name);
  await page
    .getByRole('region', { name: '谁来接待' })
    .locator('.ant-select-selection-item', { hasText: first.name })
    .locator('.ant-select-selection-item-remove')
    .click();
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.locator('.channelcode-duty').getByText(second.name).waitFor();

  await eventually(async () => assert.deepEqual((await program.simulator.way(name)).users, [second.userid]));
  const after = await program.simulator.way(name);
  assert.equal(after.config_id, way.config_id);
  assert.equal(after.state, way.state);
  assert.deepEqual(await picture(), before);
  assert.equal((await program.simulator.scanned(name, '魏三三')).userid, second.userid);
});

journey(
  'two who edit one code at once: the later one is asked, nobody’s work is lost unseen',
  async (stage) => {
    const { page, context, watch } = stage;
    const { first } = await cast(stage);
    const name = '会场立牌';
    await signIn(stage);
    const place = await make(stage, name, first);
    const other = await context.newPage();
    const form = async (window) => {
      await window.goto(`${stage.program.url}${place}/edit`);
      await window.getByLabel('名称').waitFor();
    };
    await form(page);
    await form(other);

    await other.getByLabel('备注', { exact: true }).fill('二号厅');
    await other.getByRole('button', { name: '保存' }).click();
    await other.getByRole('heading', { level: 1, name }).waitFor();

    watch.expect(/status of 409/);
    await page.getByLabel('备注', { exact: true }).fill('三号厅');
    await page.getByRole('button', { name: '保存' }).click();
    const question = page.getByRole('dialog').filter({ hasText: '这个活码刚被别人修改过' });
    await question.getByRole('button', { name: '取消' }).click();
    assert.equal(await page.getByLabel('备注', { exact: true }).inputValue(), '三号厅');
    await page.getByRole('button', { name: '载入最新内容' }).click();
    await eventually(async () =>
      assert.equal(await page.getByLabel('备注', { exact: true }).inputValue(), '二号厅'),
    );

    await page.getByLabel('备注', { exact: true }).fill('二号厅与三号厅');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText('二号厅与三号厅').first().waitFor();
  },
);

journey('a deleted code is gone here and at WeCom; its customers stay', async (stage) => {
  const { page, program } = stage;
  const { first } = await cast(stage);
  const name = '过期传单';
  await signIn(stage);
  await make(stage, name, first);
  const came = await program.simulator.scanned(name, '卫四四');
  await new List(page, '来往客户').row('卫四四').waitFor();

  await page.getByRole('button', { name: `「${name}」的更多操作` }).click();
  await page.getByRole('menuitem', { name: '删除' }).click();
  const question = page.getByRole('dialog').filter({ hasText: `删除 1 个活码「${name}」` });
  await question.getByRole('button', { name: '删除' }).click();
  await page.getByRole('heading', { level: 1, name: '渠道活码' }).waitFor();
  const codes = new List(page, '渠道活码');
  await codes.settled();
  assert.equal(await codes.row(name).count(), 0);
  await eventually(async () => assert.equal(await program.simulator.way(name), undefined));

  await page.goto(`${program.url}/customer?q=${encodeURIComponent('卫四四')}`);
  await new List(page, '客户列表').row('卫四四').waitFor();
  assert.equal(came.userid, first.userid);
});
