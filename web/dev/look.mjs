// Screenshots of the made-up pages in light, dark, English and narrow, with axe's serious findings.
// Start `npm run dev:mock` first, then: npm run look -- [folder] [name …]
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [folder = 'look', ...only] = process.argv.slice(2);
const base = process.env.QUEQIAO_LOOK_URL ?? 'http://127.0.0.1:5173';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const wide = { width: 1280, height: 860 };
const shots = [
  ['home', '/'],
  ['home-dark', '/', { dark: true }],
  ['home-en', '/', { language: 'en' }],
  ['home-1920', '/', { size: { width: 1920, height: 1000 } }],
  ['home-768', '/', { size: { width: 768, height: 900 } }],
  ['home-390', '/', { size: { width: 390, height: 844 } }],
  ['sign-in', '/sign-in?next=/customer'],
  ['sign-in-390', '/sign-in', { size: { width: 390, height: 844 } }],
  ['account', '/account'],
  ['missing', '/nowhere'],
  [
    'search',
    '/',
    {
      act: async (page) => {
        await page.keyboard.press('Control+k');
        await page.keyboard.type('客');
      },
    },
  ],
  ['jobs', '/', { act: (page) => page.getByRole('button', { name: /后台任务/ }).click() }],
  ['notices', '/', { act: (page) => page.getByRole('button', { name: /提醒/ }).click() }],
  ['gallery', '/gallery'],
  ['gallery-dark', '/gallery', { dark: true }],
  ['table', '/gallery/table?state=good&member=user01&added=7d'],
  ['table-dark', '/gallery/table', { dark: true }],
  ['table-768', '/gallery/table', { size: { width: 768, height: 900 } }],
  ['table-390', '/gallery/table', { size: { width: 390, height: 844 } }],
  ['table-en', '/gallery/table', { language: 'en' }],
  [
    'table-drawer',
    '/gallery/table',
    { act: (page) => page.locator('tbody tr.ant-table-row').nth(2).click() },
  ],
  [
    'table-selected',
    '/gallery/table',
    { act: (page) => page.locator('thead input[type=checkbox]').first().click() },
  ],
  ['table-empty', '/gallery/empty'],
  ['table-none', '/gallery/table?q=zzz'],
  ['table-error', '/gallery/broken'],
  ['form', '/gallery/form'],
  [
    'form-errors',
    '/gallery/form',
    {
      act: async (page) => {
        await page.getByPlaceholder('如：秋季展会').fill('秋季展会');
        await page.getByRole('button', { name: '创建' }).click();
      },
    },
  ],
  ['form-dark', '/gallery/form', { dark: true }],
  ['form-shift', '/gallery/form', { act: (page) => page.getByText('按班次').click() }],
  ['detail', '/gallery/detail'],
  ['detail-768', '/gallery/detail', { size: { width: 768, height: 900 } }],
  ['crash', '/gallery/crash'],
  ['sidebar', '/sidebar', { size: { width: 360, height: 700 } }],
  ['h5', '/h5/nothing', { size: { width: 390, height: 700 } }],
];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let findings = 0;
for (const [name, path, more = {}] of shots) {
  if (only.length > 0 && !only.some((start) => name.startsWith(start))) continue;
  const context = await browser.newContext({
    viewport: more.size ?? wide,
    colorScheme: more.dark ? 'dark' : 'light',
    locale: more.language ?? 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  if (more.language)
    await context.addInitScript(
      (l) => localStorage.setItem('queqiao.language', JSON.stringify(l)),
      more.language,
    );
  const page = await context.newPage();
  page.on(
    'console',
    (message) =>
      ['error', 'warning'].includes(message.type()) &&
      console.log(`${name}: ${message.text().slice(0, 300)}`),
  );
  page.on('pageerror', (error) => console.log(`${name}: ${error.message}`));
  await page.goto(base + path, { waitUntil: 'load' });
  // What is fetched and drawn late: the page is ready when nothing says that it is busy.
  await page
    .waitForFunction(
      () =>
        document.querySelector('h1, h2, .q-state') &&
        !document.querySelector('[aria-busy="true"], .q-skeleton'),
      undefined,
      { timeout: 15000 },
    )
    .catch(() => console.log(`${name}: still busy`));
  await more.act?.(page);
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getTiming().iterations !== Infinity)
        .map((a) => a.finished.catch(() => {})),
    ),
  );
  await page.evaluate(() => new Promise((done) => setTimeout(done, 350)));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: more.full ?? false });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 1) console.log(`${name}: ${overflow}px wider than the window`);
  // Evaluated, not added as a script: the content policy forbids those.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  for (const v of violations.filter((one) => ['serious', 'critical'].includes(one.impact))) {
    findings++;
    console.log(
      `${name}: axe ${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)} — ${v.nodes[0].any[0]?.message ?? ''}`,
    );
  }
  await context.close();
}
await browser.close();
console.log(`${findings} serious findings of axe`);
