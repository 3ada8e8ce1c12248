import assert from 'node:assert/strict';
import { ask, go, List, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

const high = async (stage) =>
  (await ask(stage, '/api/intention/levels')).levels.find((level) => level.level === 'high').count;

journey('rules are previewed and applied, and the list of high-value customers follows', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '高价值客户');
  const list = new List(page, '高价值客户');
  await list.settled();
  const before = await high(stage);
  await page.getByRole('link', { name: '意向规则' }).click();
  await page.getByRole('heading', { level: 1, name: '意向规则' }).waitFor();
  await page.getByLabel('扫渠道活码添加 分值').fill('90');
  await page.getByRole('button', { name: '预览影响' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/位客户的等级会变化/).waitFor();
  assert.equal(await high(stage), before, 'a preview changes nothing');
  await dialog.getByRole('button', { name: '应用新规则' }).click();
  await dialog.waitFor({ state: 'detached' });

  await go(page, '高价值客户');
  await page
    .getByRole('link', { name: /^高意向/ })
    .first()
    .click();
  await list.settled();
  await list.row('高意向').first().waitFor();
  assert.ok((await high(stage)) > before, 'more customers are high');

  // The customer's page says why.
  await list.row('高意向').first().getByRole('link').first().click();
  const card = page.getByRole('list', { name: '分数由来' });
  await card.getByText('扫渠道活码添加').first().waitFor();
});
