import assert from 'node:assert/strict';
import { ask, eventually, go, inside, List, pick, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

journey(
  'a role is made and given, with a menu of its own; its holder sees his own customers, masked numbers, and no page beyond it',
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
    const made = (await ask(stage, '/api/access/roles')).roles.find((role) => role.name === '质检');

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

    const { page: his } = await stage.elsewhere();
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

    // The menu of the role: one page under another name and further down, one not shown, which stays open.
    await page.getByRole('tab', { name: '菜单' }).click();
    await page.getByRole('combobox', { name: '角色' }).click();
    await page.locator('.ant-select-dropdown:visible').getByTitle('质检', { exact: true }).click();
    await page.getByRole('switch', { name: '显示「客户分群」' }).click();
    await page.getByRole('textbox', { name: '「客户列表」的名称' }).fill('我的客户');
    const row = page
      .locator('.access-menu-row')
      .filter({ has: page.getByRole('textbox', { name: '「客户列表」的名称' }) });
    await row.getByRole('button', { name: '下移' }).click();
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('已保存').first().waitFor();
    const { menus } = await ask(stage, '/api/access/menus');
    const keys = menus.find((menu) => menu.role === made.key).items.map((item) => item.key);
    assert.ok(keys.indexOf('customer') > 0, `${keys} has the customers first`);
    await his.goto(`${program.url}/customer`);
    await navigation.getByRole('link', { name: '我的客户' }).waitFor();
    assert.equal(await navigation.getByRole('link', { name: '客户分群' }).count(), 0);
    assert.equal((await his.request.get(`${program.url}/api/customer/segments`)).status(), 200);
    // What the role does not allow has no page either, whatever one types.
    await his.goto(`${program.url}/channelcode`);
    await his.getByText('没有权限').first().waitFor();

    // A number of his own customer is masked for him.
    await program.simulator.post('/_sim/acts/edit-follow', {
      person: own[0].external_userid,
      member: member.userid,
      remark: '有号码的',
      mobiles: ['13812345678'],
    });
    const customer = await eventually(async () => {
      const { items } = await ask(stage, '/api/customer/follows?q=有号码的&standing=all');
      assert.equal(items.length, 1);
      assert.equal(items[0].mobiles.length, 1);
      return items[0].customerId;
    });
    await his.goto(`${program.url}/customer/${customer}`);
    await his.getByText('138****5678').first().waitFor();
    const phones = `${program.url}/api/customer/customers/${customer}/phones`;
    assert.equal((await his.request.get(phones)).status(), 403);
    assert.equal(await his.getByRole('button', { name: '显示', exact: true }).count(), 0);

    // Taken away, it acts at once: he is an ordinary member again, who may see codes.
    await page.getByRole('tab', { name: '成员授权' }).click();
    await page.getByRole('row', { name: member.name }).getByRole('button', { name: '收回' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '收回' }).click();
    await eventually(async () =>
      assert.equal((await his.request.get(`${program.url}/api/channelcode/codes`)).status(), 200),
    );

    // A role given to his department is his, and shows him the number.
    const reader = await page.request.post(`${program.url}/api/access/roles`, {
      data: {
        name: '看电话',
        permissions: ['customer.read', 'customer.phone'],
        scope: { kind: 'self' },
        book: { kind: 'same' },
      },
    });
    assert.equal(reader.status(), 200, await reader.text());
    const { items: departments } = await ask(stage, '/api/mirror/departments');
    const department = departments.find((one) => one.id === String(member.departments[0]));
    await page.reload();
    await page.getByRole('button', { name: '授权部门' }).click();
    await dialog.getByRole('combobox').fill(department.name);
    await page
      .locator('.ant-select-dropdown:visible')
      .getByTitle(`${department.name} (${department.members})`, { exact: true })
      .first()
      .click();
    await dialog.getByRole('checkbox', { name: '看电话' }).check();
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually(async () =>
      assert.equal((await his.request.get(`${program.url}/api/channelcode/codes`)).status(), 403),
    );
    await his.reload();
    await his.getByRole('button', { name: '显示', exact: true }).click();
    await his.getByText('13812345678').waitFor();
  },
);
