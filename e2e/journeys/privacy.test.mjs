import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ask, eventually, go, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

journey('a person is handed what is kept of him, and erased with a certificate', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '个人信息请求');
  const { items } = await ask(stage, '/api/customer/customers?limit=1');
  const [customer] = items;

  const begin = async (kind) => {
    await page.getByRole('button', { name: '新建请求' }).first().click();
    await page.getByRole('textbox', { name: '客户名称、备注、企业或手机号' }).fill(customer.name);
    await page.getByRole('dialog').getByRole('button', { name: customer.name }).first().click();
    const dialog = page.getByRole('dialog', { name: `个人信息请求：${customer.name}` });
    await dialog.getByRole('radio', { name: kind, exact: true }).check({ force: true });
    await dialog.getByRole('textbox', { name: '依据与说明' }).fill('客户来电，核对了手机号');
    return dialog;
  };
  const fetchFile = async (name) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).first().click(),
    ]);
    return file;
  };

  const exporting = await begin('导出');
  await exporting.getByRole('button', { name: '提交请求' }).click();
  const archive = await fetchFile('下载');
  assert.match(archive.suggestedFilename(), /^个人信息-.*\.zip$/);
  assert.equal((await readFile(await archive.path())).subarray(0, 2).toString(), 'PK');

  const erasing = await begin('删除');
  await erasing.getByText('位成员在企业微信中跟进该客户').waitFor();
  await erasing.getByRole('button', { name: '提交请求' }).click();
  await erasing.getByText('请勾选确认').waitFor();
  await erasing.getByRole('checkbox', { name: /我确认永久删除/ }).check();
  await erasing.getByRole('button', { name: '提交请求' }).click();
  await eventually(async () => {
    const { items: requests } = await ask(stage, '/api/privacy/requests?limit=1');
    assert.deepEqual([requests[0].kind, requests[0].state], ['erase', 'done']);
  });
  const text = await readFile(await (await fetchFile('删除证明')).path(), 'utf8');
  assert.match(text, /个人信息删除证明/);
  assert.ok(!text.includes(customer.name) && !text.includes(customer.customer), 'the certificate names him');
});
