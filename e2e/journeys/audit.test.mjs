import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, go, List, openFilter, pick, signIn } from '../console.mjs';
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
    await page.waitForURL(/[?&]q=/); // what is typed is looked for after a moment; the list of before has both rows too
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

journey('who changed a setting stands on its page, and its entry is found by operation', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await page.goto(`${program.url}/churn`);
  const policy = page.getByRole('radiogroup', { name: '被删除通知' });
  await policy.getByText('强制开启', { exact: true }).click();
  await page.getByText('已开启被删除通知').waitFor();
  await policy.getByText('关闭', { exact: true }).click();
  await page.getByText('已关闭被删除通知').waitFor();
  await page.getByRole('button', { name: '修改记录' }).click();
  const changes = new List(page, '修改记录');
  await changes.settled();
  const line = changes.rows.first();
  await line.getByText('admin').waitFor();
  assert.match((await line.textContent()) ?? '', /被删除通知\s*是 → 否/);
  assert.equal(await changes.rows.count(), 2);

  await page.goto(`${program.url}/audit`);
  await openFilter(page, '功能或操作');
  await page.getByRole('textbox', { name: '在功能或操作中查找' }).fill('流失提醒设置');
  await page.getByRole('radio', { name: '修改流失提醒设置' }).click();
  const log = new List(page, '操作日志');
  await log.settled();
  assert.match(page.url(), /operation=churn\.putSetting/);
  assert.equal(await log.rows.count(), 2);
});

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

journey('a view of the log is there in another browser, is shared, and goes', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await page.goto(`${program.url}/audit?chain=installation&outcome=refused`);
  const menu = (where, name) => where.getByRole('button', { name, exact: true }).click();
  await menu(page, '视图');
  await page.getByRole('menuitem', { name: '保存为新视图' }).click();
  const saving = page.getByRole('dialog', { name: '保存为新视图' });
  await saving.getByRole('textbox', { name: '名称' }).fill('被拒绝的登录');
  await saving.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '视图：被拒绝的登录' }).waitFor();

  const other = await stage.elsewhere();
  await signIn(other);
  const elsewhere = other.page;
  await elsewhere.goto(`${program.url}/audit`);
  await menu(elsewhere, '视图');
  await elsewhere.getByRole('menuitem', { name: '被拒绝的登录' }).click();
  await elsewhere.getByRole('button', { name: '结果：被拒绝' }).waitFor();
  assert.match(elsewhere.url(), /chain=installation/);

  await menu(elsewhere, '视图操作');
  await elsewhere.getByRole('menuitem', { name: '修改名称与可见范围' }).click();
  const sharing = elsewhere.getByRole('dialog', { name: '修改名称与可见范围' });
  await sharing.getByRole('radio', { name: '所有人' }).check();
  await sharing.getByRole('button', { name: '保存', exact: true }).click();
  await sharing.waitFor({ state: 'hidden' });
  const { items } = await ask(stage, '/api/view/lists/audit.list');
  assert.deepEqual(
    items.map((view) => [view.name, view.share.with]),
    [['被拒绝的登录', 'everybody']],
  );

  await menu(elsewhere, '视图操作');
  await elsewhere.getByRole('menuitem', { name: '删除视图' }).click();
  await elsewhere.getByRole('dialog').getByRole('button', { name: '删除视图' }).click();
  await elsewhere.getByRole('button', { name: '视图', exact: true }).waitFor();
  await page.getByRole('button', { name: '视图', exact: true }).waitFor(); // told to the first browser, too
});

journey('an entry that was altered in the database is found and located', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const { items } = await ask(stage, `/api/audit/entries?q=${encodeURIComponent('审计展位')}`);
  const changed = items.find((entry) => entry.operation === 'channelcode.putCodesId');
  assert.ok(changed, JSON.stringify(items));

  // Somebody who can write to the disk makes another hall of it, in every place where it stands.
  await page.goto('about:blank'); // a page that still loads would miss the program
  await program.halt();
  const file = join(program.data, 'queqiao.db');
  const content = await readFile(file);
  const [was, now] = ['二号厅 138****5678', '三号厅 138****5678'].map((words) => Buffer.from(words));
  let places = 0;
  for (let at = content.indexOf(was); at >= 0; at = content.indexOf(was, at + 1)) {
    now.copy(content, at);
    places += 1;
  }
  assert.ok(places > 0, 'the log does not hold what was changed');
  await writeFile(file, content);
  await program.again();

  await page.goto(`${program.url}/audit`);
  await page.getByRole('button', { name: '校验' }).click();
  await page.getByText(`日志已被篡改：第 ${changed.seq} 条`).waitFor();
  const state = page.getByRole('region', { name: '日志完整性' });
  await state.getByText('已被篡改', { exact: true }).waitFor();
});
