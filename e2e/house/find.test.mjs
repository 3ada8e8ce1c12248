import assert from 'node:assert/strict';
import { ask, go, List, signIn } from '../console.mjs';
import { House, measured } from '../house.mjs';
import { journey, on } from '../journey.mjs';

on(() => House.start());

/** Types two characters and waits until every row that is shown bears them. */
async function find(page, list, two) {
  await page.getByRole('search').getByRole('textbox').fill(two);
  await page.waitForURL((url) => url.searchParams.get('q') === two);
  await list.row(two).first().waitFor();
  await list.settled();
  for (const words of await list.rows.allTextContents()) assert.match(words, new RegExp(two));
}

journey('two characters find their customers among all', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  const list = new List(page, '客户列表');
  await measured('the list of all, opened by the menu', async () => {
    await go(page, '客户列表');
    await list.rows.first().waitFor();
    await list.settled();
  });
  await measured('two rare characters', () => find(page, list, '鹊桥'));
  const { items } = await ask(stage, `/api/customer/customers?limit=50&q=${encodeURIComponent('鹊桥')}`);
  assert.ok(items.length > 0);
  await measured('two common characters', () => find(page, list, '子涵'));
  const [first] = await list.rows.allTextContents();
  await measured('the next page', async () => {
    await list.box.getByRole('button', { name: '下一页' }).click();
    await list.rows.filter({ hasNotText: first }).first().waitFor();
    await list.settled();
  });
  await measured('a customer beside the list', async () => {
    await list.rows.first().click();
    await page.getByRole('dialog').getByRole('link', { name: '打开完整页面' }).waitFor();
  });
});
