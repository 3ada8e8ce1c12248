import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { eventually, go, List, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

journey('a list of customers is taken away as a file with the columns that one chose', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '客户列表');
  const total = await eventually(async () => {
    const shown = await new List(page, '客户列表').total();
    assert.ok(shown > 0);
    return shown;
  });
  await page.getByRole('button', { name: '导出' }).click();
  const dialog = page.getByRole('dialog', { name: '导出列表' });
  await dialog.getByRole('button', { name: '全选', exact: true }).click();
  await dialog.getByRole('button', { name: '全不选' }).click();
  assert.ok(await dialog.getByRole('button', { name: '开始导出' }).isDisabled(), 'a file without columns');
  await dialog.getByRole('checkbox', { name: '客户', exact: true }).check();
  await dialog.getByRole('checkbox', { name: '跟进成员' }).check();
  await dialog.getByRole('radio', { name: /CSV/ }).check();
  await dialog.getByRole('button', { name: '开始导出' }).click();
  await dialog.getByRole('link', { name: '查看导出记录' }).click();
  await page.getByRole('heading', { level: 1, name: '导出记录' }).waitFor();
  await page.getByText('已完成').waitFor();

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载' }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^客户列表-.*\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  assert.equal(lines[0], '客户,跟进成员');
  assert.equal(lines.length - 1, total);

  await page.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await page.getByText('还没有导出过').waitFor();
});
