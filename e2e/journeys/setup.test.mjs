import assert from 'node:assert/strict';
import { ask, eventually, go, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

/** A step of the guided page. */
const step = (page, title) => page.getByRole('region', { name: title, exact: true });

/** Waits for the one finding of a check to be in a state. */
async function finds(page, check, state) {
  await page.locator(`[data-check="${check}"][data-state="${state}"]`).waitFor();
  return page.locator(`[data-check="${check}"]`).textContent();
}

journey('a second corp is connected: a wrong secret first, then the right one', async (stage) => {
  const { page, program } = stage;
  const corp = await program.simulator.post('/_sim/corps', { name: '第二家公司' });
  const app = corp.apps.find((one) => one.agentid === 1000002);
  await signIn(stage);
  await go(page, '企业列表');
  await page.getByRole('button', { name: '接入企业' }).click();
  await page.getByLabel('企业 ID').fill(corp.corpid);
  await page.getByLabel('企业名称').fill('第二家公司');
  await page.getByRole('button', { name: '下一步：填写应用' }).click();

  // The page is loaded anew, in the new corp.
  await page.waitForURL(`${program.url}/setup`);
  const apps = step(page, '自建应用与 Secret');
  await finds(page, 'secret', 'wait');
  await apps.getByLabel('AgentId').fill('1000002');
  await apps.locator('input[type="password"]').fill('this-is-not-the-secret');
  await apps.getByRole('button', { name: '保存并检查' }).click();
  const advice = await finds(page, 'secret', 'fail');
  assert.match(advice, /40001/);
  assert.match(advice, /应用管理 → 应用 → 自建/);

  await apps.locator('input[type="password"]').fill(app.secret);
  await apps.getByRole('button', { name: '保存并检查' }).click();
  await finds(page, 'secret', 'ok');
  await finds(page, 'ip', 'ok');
  await finds(page, 'customer', 'ok');

  // Token and key are shown once; WeCom is told them and verifies the address.
  const callback = step(page, '接收消息（回调）');
  await callback.getByRole('button', { name: '生成 Token 与 EncodingAESKey' }).click();
  await callback.getByText('只显示这一次').waitFor();
  const [url, token, key] = await callback.locator('.setup-copy code').allTextContents();
  assert.match(url, /^http:.*\/callback\//);
  await program.simulator.patch(`/_sim/apps/1000002`, {
    corp: corp.corpid,
    callback_url: url,
    callback_token: token,
    callback_aes_key: key,
  });
  const verified = await program.simulator.post('/_sim/apps/1000002/verify', { corp: corp.corpid });
  assert.ok(verified.ok, JSON.stringify(verified));
  await page.getByRole('button', { name: '重新检查' }).click();
  await finds(page, 'callback', 'ok');

  await page.getByRole('button', { name: '开始首次同步' }).click();
  await finds(page, 'sync', 'ok');

  // Nothing of the secrets comes back.
  await page.reload();
  await finds(page, 'callback', 'ok');
  const whole = await page.content();
  for (const secret of [app.secret, token, key])
    assert.ok(!whole.includes(secret), 'a secret is shown again');

  // The address is no longer trusted: WeCom names it, the page says where to add it.
  await program.simulator.patch('/_sim/apps/1000002', { corp: corp.corpid, trusted_ips: ['203.0.113.7'] });
  await page.getByRole('button', { name: '重新检查' }).click();
  const ip = await finds(page, 'ip', 'fail');
  assert.match(ip, /60020/);
  assert.match(ip, /127\.0\.0\.1/);
  await go(page, '系统健康');
  await finds(page, 'ip', 'fail');
  const heading = page.getByRole('heading', { level: 1 });
  await heading.getByText('需要处理').waitFor();

  // Put right there, it is well here as soon as somebody looks.
  await program.simulator.patch('/_sim/apps/1000002', { corp: corp.corpid, trusted_ips: app.trusted_ips });
  await page.getByRole('button', { name: '重新检查' }).click();
  await finds(page, 'ip', 'ok');
  await eventually(async () => assert.equal(await page.locator('[data-state="fail"]').count(), 0));
  await heading.getByText('需要处理').waitFor({ state: 'detached' });
});

journey('the owner of the installation goes from one corp to the other and back', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const { items } = await ask(stage, '/api/account/corps');
  assert.equal(items.length, 2, 'the journey before left two corps');
  const [first, second] = items;
  const here = items.find((corp) => corp.current);
  const there = here.id === first.id ? second : first;
  await page.getByRole('button', { name: /^切换企业/ }).click();
  await page.getByRole('menuitem', { name: there.name }).click();
  await eventually(async () => assert.equal((await ask(stage, '/api/account/me')).corp.id, there.id));
  await page.getByRole('button', { name: `切换企业 ${there.name}` }).waitFor();
  assert.equal(new URL(page.url()).origin, program.url);

  // The other corp is suspended by the owner of both: nothing works in it, and nothing is lost.
  await go(page, '企业列表');
  const card = page.getByRole('region', { name: here.name, exact: true });
  await card.getByRole('button', { name: '停用' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
  await card.getByRole('button', { name: '恢复' }).waitFor();
  const offered = async () => (await ask(stage, '/api/account/corps')).items.map((corp) => corp.id);
  assert.deepEqual(await offered(), [there.id]);
  await card.getByRole('button', { name: '恢复' }).click();
  await card.getByRole('button', { name: '进入' }).waitFor();
  assert.equal((await offered()).length, 2);

  // And back, for whoever comes next.
  await page.getByRole('button', { name: /^切换企业/ }).click();
  await page.getByRole('menuitem', { name: here.name }).click();
  await eventually(async () => assert.equal((await ask(stage, '/api/account/me')).corp.id, here.id));
  await page.getByRole('button', { name: `切换企业 ${here.name}` }).waitFor();
});
