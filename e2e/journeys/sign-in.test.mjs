import assert from 'node:assert/strict';
import { enter, signIn, whoIsSignedIn } from '../console.mjs';
import { journey } from '../journey.mjs';

journey('the administrator signs in, stays so after a reload, and signs out', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await page.reload();
  await page.getByRole('navigation').first().waitFor();

  assert.equal((await whoIsSignedIn(stage)).status(), 200);

  await page.getByRole('button', { name: program.admin.name }).click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.locator('input[autocomplete="current-password"]').waitFor();
  assert.equal((await whoIsSignedIn(stage)).status(), 401);
});

journey('a wrong password is refused in words, and the right one then works', async (stage) => {
  const { page, program, watch } = stage;
  // The browser itself logs that there is no session yet, and then the refusal.
  watch.expect(/status of 401/);
  await page.goto(program.url);
  await enter(page, { ...program.admin, password: 'not the password' });
  await page.getByRole('alert').filter({ hasText: '密码' }).waitFor();

  await enter(page, program.admin);
  await page.getByRole('navigation').first().waitFor();
});
