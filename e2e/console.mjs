// What journeys do in the console again and again, in the words a person would use.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a condition may take to come true: the console learns of news within a second, machines are slow. */
const patience = 30_000;

/** Asks again until the condition holds: `check` throws while it does not, and what it returns is returned. */
export async function eventually(check) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(50);
    }
  }
}

/** Fills in the sign-in page and sends it. */
export async function enter(page, { name, password }) {
  await page.locator('input[autocomplete="username"]').fill(name);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.locator('button[type="submit"]').click();
}

/** Waits for the frame around the pages, which only those see who are signed in. */
export function inside(page) {
  return page.getByRole('button', { name: /^后台任务/ }).waitFor();
}

/**
 * Signs the administrator in and waits for the frame around the pages. The browser logs
 * that the question who is signed in was answered 401 before; that is no breach.
 */
export async function signIn({ page, program, watch }) {
  watch?.expect(/status of 401/);
  await page.goto(program.url);
  await enter(page, program.admin);
  await inside(page);
}

/**
 * Signs out by the menu under one's name. The menu may be drawn anew under the pointer when the page has
 * just learnt something: then one chooses once more, as a person would.
 */
export async function signOut(page, who) {
  const leave = page.getByRole('menuitem', { name: '退出登录' });
  const out = page.locator('input[autocomplete="username"]');
  const soon = { timeout: 5_000 };
  await eventually(async () => {
    if (await out.isVisible()) return;
    if (!(await leave.isVisible())) await page.getByRole('button', { name: who }).click(soon);
    await leave.click(soon);
    await out.waitFor(soon);
  });
}

/** The server's answer to who is signed in in this browser: 200 with the viewer, or 401. */
export function whoIsSignedIn({ page, program }) {
  return page.request.get(`${program.url}/api/account/me`);
}

/** Reads the server's JSON with this browser's session, e.g. ask(stage, '/api/customer/customers?q=…'). */
export async function ask({ page, program }, path) {
  const response = await page.request.get(program.url + path);
  assert.equal(response.status(), 200, `${path}: ${await response.text()}`);
  return response.json();
}

/** Sends the server with this browser's session what no page of the journey is about; gives its answer. */
export async function tell({ page, program }, path, data, method = 'post') {
  const answer = await page.request.fetch(program.url + path, {
    method,
    headers: { Origin: program.url },
    data,
  });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return answer.json();
}

/** Opens a page by its entry in the navigation. */
export async function go(page, entry) {
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: entry }).click();
  await page.getByRole('heading', { level: 1, name: entry }).waitFor();
}

/** A list under its name, with what journeys do to lists. */
export class List {
  constructor(page, name) {
    this.page = page;
    this.box = page.getByRole('region', { name, exact: true });
    /** The rows that show something, without the heading and the kit's own furniture. */
    this.rows = this.box.locator('tbody tr[data-row-key]');
  }

  /** The one row with this text in it. */
  row(text) {
    return this.rows.filter({ hasText: text });
  }

  /** Waits until nothing is being read any more. */
  async settled() {
    await this.box.and(this.page.locator('[aria-busy="false"]')).waitFor();
  }

  /** How many rows the list says match ("共 2,162 条"), once it has settled. */
  async total() {
    await this.settled();
    const words = await this.box.getByText(/^共 [\d,]+ 条$/).textContent();
    return Number(words.replaceAll(/\D/g, ''));
  }
}

/** Opens the chip of a filter. */
export async function openFilter(page, name) {
  await page.getByRole('search').getByRole('button', { name, exact: true }).click();
}

/**
 * Types into a picker (of members, of tags), takes the option of that name and closes it. The option is taken
 * when the offers answer what was typed: a list that changes under the pointer swallows the click.
 */
export async function pick(page, picker, name) {
  const input = picker.first();
  await input.click();
  await input.fill(name);
  const offers = page.locator('.ant-select-dropdown:visible');
  await offers.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await offers.getByTitle(name, { exact: true }).first().click();
  await input.press('Escape');
}
