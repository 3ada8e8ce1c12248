import assert from 'node:assert/strict';
import { atHome } from '../browser.mjs';
import { eventually, go, inside, List, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

journey(
  'a role is made and given; its holder sees his own customers and no page beyond it',
  async (stage) => {
    const { page, program, watch } = stage;
    watch.expect(/status of 40[13]/);
    const { members } = await program.simulator.get('/_sim/members');
    const member = members.find((m) => m.status === 1 && m.may_contact && m.customers > 0);

    await signIn(stage);
    await go(page, '角色与权限');
    await page.getByRole('button', { name: '新建角色' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: '名称' }).fill('质检');
    await dialog.getByRole('checkbox', { name: '查看客户', exact: true }).check();
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('cell', { name: '质检', exact: true }).waitFor();

    await page.getByRole('tab', { name: '成员授权' }).click();
    await page.getByRole('button', { name: '授权成员' }).click();
    // Not with pick(): in a dialog, Escape asks whether to leave it.
    await dialog.getByRole('combobox').fill(member.name);
    await page
      .locator('.ant-select-dropdown:visible')
      .getByTitle(member.name, { exact: true })
      .first()
      .click();
    await dialog.getByRole('checkbox', { name: '质检' }).check();
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('cell', { name: member.name, exact: true }).waitFor();

    // Why he may what he may.
    await page.getByRole('tab', { name: '权限查询' }).click();
    await pick(page, page.getByRole('combobox', { name: '选择成员' }), member.name);
    await page.getByText('直接授予').waitFor();

    const context = await page.context().browser().newContext(atHome);
    try {
      const his = await context.newPage();
      await his.goto(`${program.url}/customer`);
      await his.getByRole('link', { name: '企业微信扫码登录' }).click();
      await his.getByRole('button', { name: member.userid }).click();
      await his.waitForURL(`${program.url}/customer`);
      await inside(his);
      const own = await program.simulator.followed(member.userid);
      const list = new List(his, '客户列表');
      await eventually(async () => assert.equal(await list.total(), own.length));

      const navigation = his.getByRole('navigation', { name: '主导航' });
      assert.equal(await navigation.getByRole('link', { name: '渠道活码' }).count(), 0);
      assert.equal((await his.request.get(`${program.url}/api/channelcode/codes`)).status(), 403);
      assert.equal((await his.request.get(`${program.url}/api/customer/customers`)).status(), 200);

      // Taken away, it acts at once: he is an ordinary member again, who may see codes.
      await page.getByRole('tab', { name: '成员授权' }).click();
      await page.getByRole('row', { name: member.name }).getByRole('button', { name: '收回' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '收回' }).click();
      await eventually(async () =>
        assert.equal((await his.request.get(`${program.url}/api/channelcode/codes`)).status(), 200),
      );
    } finally {
      await context.close();
    }
  },
);
