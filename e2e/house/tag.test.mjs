import assert from 'node:assert/strict';
import { eventually, go, List, pick, signIn } from '../console.mjs';
import { House, measured } from '../house.mjs';
import { journey, on } from '../journey.mjs';

on(() => House.start());

const numberIn = (words) => Number(words.replaceAll(/\D/g, ''));
const least = 10_000;
const tag = '周年庆';
/** WeCom takes ten thousand marks in a minute; a slow machine fewer. */
const patience = { timeout: 900_000 };

journey(
  'ten thousand customers are tagged by a segment, seen at work, and the run is undone',
  async (stage) => {
    const { page, program } = stage;
    await signIn(stage);
    const made = await page.request.post(`${program.url}/api/tag/groups`, {
      headers: { Origin: program.url },
      data: { name: '活动', tags: [tag] },
    });
    assert.ok(made.ok(), await made.text());

    await go(page, '客户分群');
    await page.getByRole('button', { name: '新建分群' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('名称').fill('还没有周年庆');
    await dialog.getByRole('button', { name: '添加条件', exact: true }).click();
    await dialog.getByRole('combobox', { name: '比较方式' }).first().click();
    await page.locator('.ant-select-dropdown:visible').getByTitle('都不包含', { exact: true }).click();
    await pick(page, dialog.getByRole('combobox', { name: '条件的值' }), tag);
    await dialog.getByText(/^[\d,]+ 位客户，/).waitFor();
    await dialog.getByRole('button', { name: '保存', exact: true }).click();
    const segments = new List(page, '客户分群');
    await segments.row('还没有周年庆').getByRole('link', { name: '还没有周年庆' }).click();
    const list = new List(page, '客户列表');
    await page.getByRole('button', { name: '客户分群：还没有周年庆' }).waitFor();
    await list.settled();

    await list.box.locator('thead').getByRole('checkbox').check();
    await list.box.getByRole('button', { name: /^选择符合条件的全部/ }).click();
    await list.box.getByRole('button', { name: '打标签' }).click();
    const mark = page.getByRole('dialog', { name: /打标签$/ });
    await pick(page, mark.getByRole('combobox', { name: '添加标签' }), tag);
    const said = mark.getByText(/^将处理 [\d,]+ 位客户/);
    await said.waitFor();
    const all = numberIn(await said.textContent());
    assert.ok(all >= least, `only ${all} customers`);

    const words = page.getByText(/^[\d,]+ \/ [\d,]+$/).first();
    await measured(`${all} customers tagged`, async () => {
      await mark.getByRole('button', { name: '打标签', exact: true }).click();
      await page.waitForURL(/\/tag\/runs\//);
      await eventually(async () => {
        const [done, of] = (await words.textContent()).split('/').map(numberIn);
        assert.ok(done > 0 && done < of, `${done} of ${of}`);
      });
      await page.getByText('已完成', { exact: true }).first().waitFor(patience);
    });
    assert.deepEqual((await words.textContent()).split('/').map(numberIn), [all, all]);
    const run = page.url();

    await measured('the run undone', async () => {
      await page.getByRole('button', { name: /^撤\s*销$/ }).click();
      const question = page.getByRole('dialog').filter({ hasText: '撤销这个任务？' });
      await question.getByRole('button', { name: /^撤\s*销$/ }).click();
      await page.getByText('已撤销', { exact: true }).first().waitFor(patience);
      await page.getByText('撤销任务').locator('..').getByRole('link', { name: '查看' }).click();
      await page.waitForURL((url) => url.href !== run);
      await page.getByText('已完成', { exact: true }).first().waitFor(patience);
    });
    const { members } = await program.simulator.get('/_sim/members');
    const contacts = await Promise.all(members.map((m) => program.simulator.contacts(m.userid)));
    assert.equal(contacts.flat().filter((pair) => pair.tags.includes(tag)).length, 0);
  },
  { limit: 1_800_000 },
);
