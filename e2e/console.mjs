// What journeys do in the console again and again.

/** Fills in the sign-in page and sends it. */
export async function enter(page, { name, password }) {
  await page.locator('input[autocomplete="username"]').fill(name);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.locator('button[type="submit"]').click();
}

/**
 * Signs the administrator in and waits for the frame with its navigation. The browser logs
 * that the question who is signed in was answered 401 before; that is no breach.
 */
export async function signIn({ page, program, watch }) {
  watch?.expect(/status of 401/);
  await page.goto(program.url);
  await enter(page, program.admin);
  await page.getByRole('navigation').first().waitFor();
}

/** The server's answer to who is signed in in this browser: 200 with the viewer, or 401. */
export function whoIsSignedIn({ page, program }) {
  return page.request.get(`${program.url}/api/account/me`);
}
