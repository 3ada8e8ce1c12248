import assert from 'node:assert/strict';
import { ask, go, List, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

const receivers = (page) =>
  page.getByRole('region', { name: '谁来接待' }).getByRole('combobox', { name: '接待成员' });

journey(
  'a changed code is found in the audit log, with what was before, and the log is proved',
  async (stage) => {
    const { page, program } = stage;
    const { members } = await program.simulator.get('/_sim/members');
    const able = members.find((m) => m.status === 1 && m.may_contact && m.real_name);
    await signIn(stage);
    await go(page, '渠道活码');
    await page.getByRole('link', { name: '新建活码' }).click();
    await page.getByRole('heading', { level: 1, name: '新建活码' }).waitFor();
    await page.getByLabel('名称').fill('审计展位');
    await pick(page, receivers(page), able.name);
    await page.getByRole('button', { name: '创建活码' }).click();
    await page.getByRole('heading', { level: 1, name: '审计展位' }).waitFor();
    await page.getByRole('link', { name: '编辑' }).click();
    await page.getByLabel('备注', { exact: true }).fill('二号厅 13812345678');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByRole('heading', { level: 1, name: '审计展位' }).waitFor();

    await go(page, '操作日志');
    const log = new List(page, '操作日志');
    await page.getByPlaceholder('搜索名称、标识、IP、请求编号').fill('审计展位');
    await log.settled();
    const changed = log.row('修改渠道活码');
    await changed.waitFor();
    await log.row('新建渠道活码').waitFor();
    await changed.getByText('成功').waitFor();

    // The drawer says what changed and nothing else, and tells nobody the telephone number.
    await changed.click();
    const drawer = page.getByRole('dialog');
    const line = drawer.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '备注' }) });
    await line.locator('ins', { hasText: '二号厅 138****5678' }).waitFor();
    assert.equal(await drawer.getByRole('rowheader').count(), 1);
    assert.equal(await drawer.getByText('13812345678').count(), 0);
    await drawer.getByRole('button', { name: '此对象的全部记录' }).click();
    await drawer.waitFor({ state: 'detached' });
    await log.settled();
    await log.row('新建渠道活码').waitFor();
    assert.match(page.url(), /object=channelcode/);

    await page.getByRole('button', { name: '校验' }).click();
    const state = page.getByRole('region', { name: '日志完整性' });
    await state.getByText('完整', { exact: true }).waitFor();
    const { items } = await ask(stage, '/api/audit/entries?operation=audit.verify');
    assert.equal(items.length, 1);

    await page.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: '导出 CSV' }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^操作日志-\d{8}\.csv$/);
  },
);

journey('a wrong password stands in the log of the installation', async (stage) => {
  const { page, program, watch } = stage;
  await signIn(stage);
  watch.expect(/status of 401/);
  await page.evaluate(async () => {
    await fetch('/api/account/sign-in', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'nobody', password: 'wrong-password' }),
    });
  });
  await page.goto(`${program.url}/audit?chain=installation&outcome=refused`);
  const log = new List(page, '操作日志');
  await log.settled();
  await log.row('账号密码登录').first().waitFor();
});
