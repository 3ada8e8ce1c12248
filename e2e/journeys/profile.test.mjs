import assert from 'node:assert/strict';
import { ask, eventually, go, List, signIn, tell } from '../console.mjs';
import { journey } from '../journey.mjs';

const customerOf = async (stage) => (await ask(stage, '/api/customer/customers?limit=3')).items;

journey('a field is defined, filled in, imported with faulty lines, and the import undone', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '客户资料');
  await page.getByRole('button', { name: '新建字段' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('拜访城市');
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.getByText('拜访城市', { exact: true }).waitFor();

  // On the customer's page.
  const [first, second] = await customerOf(stage);
  await page.goto(`${stage.program.url}/customer/${first.id}`);
  await page.getByRole('button', { name: '填写资料' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('拜访城市').fill('杭州');
  if (await drawer.getByLabel('客户等级').isVisible()) {
    const grade = drawer.getByRole('combobox', { name: '客户等级' });
    await grade.click();
    await page.locator('.ant-select-dropdown:visible').getByText('金牌', { exact: true }).click();
  }
  await drawer.getByRole('button', { name: '保存' }).click();
  await page.getByText('杭州', { exact: true }).first().waitFor();
  await page.getByText(/拜访城市：– → 杭州/).waitFor();

  // A table with a line for a stranger.
  await go(page, '客户资料');
  await page.getByRole('tab', { name: '批量与导入' }).click();
  await page.getByRole('button', { name: '导入资料' }).click();
  const table = `external_userid,拜访城市\n${first.customer},苏州\n${second.customer},上海\nwmNobody,北京\n`;
  await page
    .getByLabel('选择文件', { exact: true })
    .setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  await page.getByRole('button', { name: '检查', exact: true }).click();
  await page.getByText(/将修改 2 位客户，1 行不能导入/).waitFor();
  await page.getByText(/没有找到客户/).waitFor();
  await page.getByRole('button', { name: '导入 2 位客户' }).click();
  await page.getByRole('button', { name: '撤销' }).click();
  await page
    .getByRole('dialog')
    .filter({ hasText: '撤销对 2 位客户的修改' })
    .getByRole('button', { name: /撤\s*销/ })
    .click();
  await page.getByText('已撤销', { exact: true }).first().waitFor();
  await eventually(async () => {
    const { fields } = await ask(stage, `/api/profile/customers/${first.id}`);
    assert.deepEqual(fields.find((f) => f.name === '拜访城市').values, ['杭州']);
  });
});

journey(
  'several customers are given a value at once, and it is taken back but where it was changed',
  async (stage) => {
    const { page, program } = stage;
    const [name, value, other] = ['决策人与顾虑', '总部统一采购', '门店自己定'];
    await signIn(stage);
    const field = (await ask(stage, '/api/profile/fields')).items.find((one) => one.name === name).id;
    const valuesOf = async (id) =>
      (await ask(stage, `/api/profile/customers/${id}`)).fields.find((one) => one.id === field).values;

    await page.goto(`${program.url}/customer`);
    const list = new List(page, '客户列表');
    await list.rows.nth(2).waitFor();
    const keys = await list.rows.evaluateAll((rows) => rows.slice(0, 3).map((row) => row.dataset.rowKey));
    const before = await Promise.all(keys.map(valuesOf));
    for (const key of keys) {
      await list.box.locator(`tr[data-row-key="${key}"]`).getByRole('checkbox').check();
    }
    await list.box.getByRole('button', { name: '批量修改资料' }).click();
    const dialog = page.getByRole('dialog', { name: '批量修改 3 位客户的资料' });
    const fields = dialog.getByRole('combobox', { name: '字段' });
    await fields.click();
    await fields.fill(name);
    await page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click();
    await dialog.getByRole('textbox', { name }).fill(value);
    await dialog.getByRole('button', { name: '批量修改资料' }).click();
    await dialog.waitFor({ state: 'hidden' });

    await page.goto(`${program.url}/profile?tab=runs`);
    await new List(page, '批量与导入').row('批量修改').filter({ hasText: name }).click();
    const drawer = page.getByRole('dialog').filter({ hasText: `批量修改 ${name}` });
    await drawer.getByText('已完成', { exact: true }).waitFor();
    const items = new List(page, '逐项结果');
    await eventually(async () =>
      assert.equal(await items.row(value).filter({ hasText: '已修改' }).count(), 3),
    );
    assert.deepEqual(await Promise.all(keys.map(valuesOf)), [[value], [value], [value]]);

    // Somebody knows better of one of them: that stays.
    await tell(stage, '/api/profile/edits', {
      selection: { customers: [keys[2]] },
      values: [{ field, values: [other] }],
    });
    await eventually(async () => assert.deepEqual(await valuesOf(keys[2]), [other]));
    await drawer.getByRole('button', { name: '撤销' }).click();
    await page
      .getByRole('dialog')
      .filter({ hasText: '撤销对 3 位客户的修改？' })
      .getByRole('button', { name: '撤销', exact: true })
      .click();
    await eventually(async () => {
      assert.equal(await items.row('已撤销').count(), 2);
      assert.equal(await items.row('未撤销').count(), 1);
    });
    assert.deepEqual(await Promise.all(keys.map(valuesOf)), [before[0], before[1], [other]]);
  },
);

journey('a customer is put on the blacklist with the reason, found by it, and taken off', async (stage) => {
  const { page, program } = stage;
  const reason = '冒用他人名义下单';
  await signIn(stage);
  const { items } = await ask(stage, '/api/customer/customers?limit=20');
  const one = items.find(
    ({ name, badges }) => name && badges.length === 0 && items.filter((x) => x.name === name).length === 1,
  );
  await page.goto(`${program.url}/customer`);
  const list = new List(page, '客户列表');
  const row = list.box.locator(`tr[data-row-key="${one.id}"]`);
  await row.getByRole('checkbox').check();
  await list.box.getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('menuitem', { name: '加入黑名单' }).click();
  const dialog = page.getByRole('dialog', { name: '黑名单：1 位客户' });
  await dialog.getByRole('textbox', { name: '原因' }).fill(reason);
  await dialog.getByRole('button', { name: '确定' }).click();
  await row.getByText('黑名单', { exact: true }).waitFor();

  // By a condition there are those alone who stand on it.
  await page.getByRole('button', { name: '更多条件' }).click();
  const conditions = page.getByRole('dialog', { name: '按条件筛选' });
  await conditions.getByRole('button', { name: '添加条件', exact: true }).click();
  const fields = conditions.getByRole('combobox', { name: '字段' });
  await fields.click();
  await fields.fill('黑名单客户');
  await page.locator('.ant-select-dropdown:visible').getByTitle('黑名单客户', { exact: true }).click();
  await conditions.getByRole('button', { name: '应用' }).click();
  await page.getByText('条件：黑名单客户：是', { exact: true }).waitFor();
  await eventually(async () => {
    assert.equal(await list.total(), await list.row('黑名单').count());
    assert.equal(await row.count(), 1);
  });

  await page.goto(`${program.url}/profile?tab=blacklist`);
  const entry = new List(page, '黑名单').row(reason);
  await entry.filter({ hasText: one.name }).filter({ hasText: program.admin.name }).waitFor();
  await entry.getByRole('button', { name: '移出黑名单' }).click();
  await page
    .getByRole('dialog')
    .filter({ hasText: `将 ${one.name} 移出黑名单？` })
    .getByRole('button', { name: '移出黑名单' })
    .click();
  await entry.waitFor({ state: 'detached' });
  const [after] = (await ask(stage, '/api/customer/customers?limit=20')).items.filter((x) => x.id === one.id);
  assert.deepEqual(after.badges, []);
});
