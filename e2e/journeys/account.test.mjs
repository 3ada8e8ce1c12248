import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { enter, eventually, go, inside, List, signIn, signOut, whoIsSignedIn } from '../console.mjs';
import { journey } from '../journey.mjs';

const own = 'a word of one’s own';

/** The six digits that an authenticator app shows for a secret at a moment (RFC 6238). */
function digits(secret, at = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(at / 30_000)));
  const sum = createHmac('sha1', key).update(counter).digest();
  const value = sum.readUInt32BE(sum[19] & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, '0');
}

/** Makes a local account on the page of accounts and gives its first password. */
async function create(page, name) {
  await page.getByRole('button', { name: '新建账号' }).first().click();
  const dialog = page.getByRole('dialog', { name: '新建账号' });
  await dialog.getByLabel('账号').fill(name);
  await dialog.getByRole('button', { name: '新建账号' }).click();
  const shown = page.getByRole('dialog', { name: '初始密码' });
  const password = await shown.locator('code').textContent();
  await shown.getByRole('button', { name: '已记下' }).click();
  await shown.waitFor({ state: 'hidden' });
  return password;
}

journey('a new account: first password, second step, recovery code', async (stage) => {
  const { page } = stage;
  await signIn(stage);
  await go(page, '本地账号');
  const first = await create(page, 'wangfang');
  const accounts = new List(page, '本地账号');
  await accounts.row('wangfang').filter({ hasText: '未改初始密码' }).waitFor();

  // The first password leads to one page only, wherever one wants to go.
  const her = await stage.elsewhere();
  await her.page.goto(`${stage.program.url}/customer`);
  await enter(her.page, { name: 'wangfang', password: first });
  await her.page.getByRole('heading', { name: '请设置新密码' }).waitFor();
  assert.equal(await her.page.getByRole('navigation').count(), 0);
  assert.equal((await her.page.request.get(`${stage.program.url}/api/account/sessions`)).status(), 403);
  await her.page.getByLabel('初始密码').fill(first);
  await her.page.getByLabel('新密码', { exact: true }).fill('Password2026');
  await her.page.getByLabel('再输一次新密码').fill('Password2026');
  await her.page.getByRole('button', { name: '保存并继续' }).click();
  await her.page.getByText('密码太常见').waitFor();
  await her.page.getByLabel('新密码', { exact: true }).fill(own);
  await her.page.getByLabel('再输一次新密码').fill(own);
  await her.page.getByRole('button', { name: '保存并继续' }).click();
  await inside(her.page);

  // The second step.
  await her.page.goto(`${stage.program.url}/account`);
  await her.page.getByRole('button', { name: '开启两步验证' }).click();
  const dialog = her.page.getByRole('dialog', { name: '开启两步验证' });
  await dialog.getByLabel('两步验证的二维码').waitFor();
  const secret = await dialog.locator('code').textContent();
  await dialog.getByLabel('验证器显示的六位数字').fill(digits(secret));
  await dialog.getByRole('button', { name: '验证并开启' }).click();
  const kept = her.page.getByRole('dialog', { name: '恢复码' });
  await kept.getByText('恢复码只显示这一次').waitFor();
  const codes = (await kept.locator('pre').textContent()).split('\n');
  assert.equal(codes.length, 10);
  await kept.getByRole('button', { name: '已保存好' }).click();
  await her.page.getByText('恢复码还剩 10 个').waitFor();
  await eventually(async () => {
    await page.getByRole('button', { name: '刷新' }).click();
    assert.match(await accounts.row('wangfang').textContent(), /已开启/);
  });

  // Signing in asks for it; the code of the enrolment is used up, a recovery code stands in.
  const again = await stage.elsewhere();
  await again.page.goto(`${stage.program.url}/account`);
  await enter(again.page, { name: 'wangfang', password: own });
  const code = again.page.getByLabel('验证码', { exact: true });
  await code.fill('000000');
  await again.page.getByRole('button', { name: '登录' }).click();
  await again.page.getByRole('alert').filter({ hasText: '验证码不正确' }).waitFor();
  assert.equal((await whoIsSignedIn(again)).status(), 401);
  await code.fill(codes[0].toLowerCase());
  await again.page.getByText('30 天内在此浏览器不再询问验证码').click();
  await again.page.getByRole('button', { name: '登录' }).click();
  await inside(again.page);
  await again.page.getByText('恢复码还剩 9 个').waitFor();
  await again.page.getByText('已记住的浏览器').waitFor();

  // That browser is remembered.
  await signOut(again.page, 'wangfang');
  await enter(again.page, { name: 'wangfang', password: own });
  await inside(again.page);

  // Its end, from the other browser: out at once.
  await her.page.reload();
  const list = her.page.getByRole('list', { name: '您的登录' });
  await eventually(async () => assert.equal(await list.getByRole('listitem').count(), 2));
  await list.getByRole('button', { name: '退出登录' }).click();
  await eventually(async () => assert.equal((await whoIsSignedIn(again)).status(), 401));
  assert.equal((await whoIsSignedIn(her)).status(), 200);

  // And by the administrator, who sees who is signed in.
  await go(page, '登录会话');
  const sessions = new List(page, '登录会话');
  await sessions.row('wangfang').getByRole('button', { name: '操作' }).click();
  await page.getByRole('menuitem', { name: '全部退出' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click();
  await eventually(async () => assert.equal((await whoIsSignedIn(her)).status(), 401));
  await eventually(async () => assert.equal(await sessions.row('wangfang').count(), 0));
});

journey('a dangerous act asks who is there, and is then done', async (stage) => {
  const { page, program, watch } = stage;
  // Ten minutes are long for a journey: here a proof of identity holds for a few seconds.
  await program.halt();
  await program.again({ QUEQIAO_SIGN_IN__CONFIRM_SECONDS: '5' });
  await signIn(stage);
  await go(page, '本地账号');
  watch.expect(/status of 403/);
  watch.expect(/status of 422/);
  // Without a name nothing is made, whoever asks.
  const demanded = async () =>
    (await page.request.post(`${program.url}/api/account/accounts`, { data: {} })).status();
  await eventually(async () => assert.equal(await demanded(), 403));
  await page.getByRole('button', { name: '新建账号' }).first().click();
  const form = page.getByRole('dialog', { name: '新建账号' });
  await form.getByLabel('账号').fill('lilei');
  await form.getByRole('button', { name: '新建账号' }).click();
  const question = page.getByRole('dialog', { name: '请再次确认身份' });
  await question.getByLabel('登录密码').fill('not the password');
  await question.getByRole('button', { name: '确认', exact: true }).click();
  await question.getByRole('alert').filter({ hasText: '当前密码不正确' }).waitFor();
  await question.getByLabel('登录密码').fill(stage.program.admin.password);
  await question.getByRole('button', { name: '确认', exact: true }).click();
  await page.getByRole('dialog', { name: '初始密码' }).waitFor();
  await page.getByRole('button', { name: '已记下' }).click();
  await new List(page, '本地账号').row('lilei').waitFor();

  // A stricter policy holds at once, for the administrator who made it too.
  await page.getByRole('tab', { name: '登录安全策略' }).click();
  await page.getByRole('switch', { name: '本地账号必须使用两步验证' }).click();
  await eventually(async () => assert.equal(await demanded(), 403));
  await page.getByRole('button', { name: '保存' }).click();
  await question.getByLabel('登录密码').fill(program.admin.password);
  await question.getByRole('button', { name: '确认', exact: true }).click();
  await page.getByRole('heading', { name: '请设置两步验证' }).waitFor();
  assert.equal((await page.request.get(`${program.url}/api/customer/customers`)).status(), 403);
});
