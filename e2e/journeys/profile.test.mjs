import assert from 'node:assert/strict';
import { ask, eventually, go, signIn } from '../console.mjs';
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
