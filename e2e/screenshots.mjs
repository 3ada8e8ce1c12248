// Takes a picture of every page of the console and of the simulator's phones, in both
// languages, light and dark, wide and narrow, from a fresh demo, into ./screenshots.
// Fails when a page calls another machine, logs an error or shows one.
//
//   node e2e/screenshots.mjs [--to FOLDER] [--only PART-OF-A-PATH]
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { atHome, launch, views, Watch } from './browser.mjs';
import { signIn, whoIsSignedIn } from './console.mjs';
import { Program } from './program.mjs';

const { values } = parseArgs({
  options: { to: { type: 'string', default: 'screenshots' }, only: { type: 'string' } },
});
const folder = resolve(values.to);
const languages = ['zh-CN', 'en'];
const schemes = ['light', 'dark'];

/** Each list page, and from each the page of its first row: lists link to details by the address below theirs. */
async function addresses(page, program) {
  const me = await (await whoIsSignedIn({ page, program })).json();
  const lists = [...new Set(['/', ...me.menu.map((entry) => entry.path)])];
  const found = [];
  for (const list of lists) {
    found.push(list);
    await show(page, program.url + list);
    const hrefs = await page
      .locator('main a[href^="/"]')
      .evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    const details = hrefs.filter((href) => list !== '/' && href.startsWith(`${list}/`));
    const shapes = new Set();
    for (const href of details) {
      // One of each shape: /customer/<id> once, /channelcode/new beside /channelcode/<id>.
      const shape = href.split(/[?#]/)[0].replaceAll(/\/[^/]*\d[^/]*/g, '/:id');
      if (!shapes.has(shape)) found.push(href);
      shapes.add(shape);
    }
  }
  return found;
}

/** Opens an address and waits until its data have come and nothing is still being drawn. */
async function show(page, address) {
  await page.goto(address);
  await page.waitForFunction(
    () => document.fonts.status === 'loaded' && !document.querySelector('[aria-busy="true"]'),
  );
}

const nameOf = (address) =>
  address
    .split(/[?#]/)[0]
    .replaceAll(/[^\w-]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'home';

const program = await Program.start();
const browser = await launch();
const troubles = [];
let taken = 0;
try {
  const first = await browser.newContext({ ...atHome, ...views.wide });
  const page = await first.newPage();
  await signIn({ page, program });
  const session = await first.storageState();
  const pages = (await addresses(page, program)).filter((address) => address.includes(values.only ?? ''));
  await first.close();

  for (const [viewName, view] of Object.entries(views)) {
    for (const language of languages) {
      for (const colorScheme of schemes) {
        const look = `${language}-${colorScheme}-${view.viewport.width}`;
        const to = join(folder, look);
        await rm(to, { recursive: true, force: true });
        await mkdir(to, { recursive: true });
        const context = await browser.newContext({
          ...atHome,
          ...view,
          colorScheme,
          locale: language,
          storageState: session,
        });
        await context.addInitScript(
          (chosen) => localStorage.setItem('queqiao.language', JSON.stringify(chosen)),
          language,
        );
        const watch = new Watch(context);
        const window = await context.newPage();
        const targets = pages.map((path) => [nameOf(path), program.url + path]);
        targets.push(['phones', `${program.simulator.url}/_sim/phones`]);
        for (const [name, address] of targets) {
          try {
            await show(window, address);
            await window.screenshot({ path: join(to, `${name}.png`), fullPage: viewName === 'wide' });
            taken++;
          } catch (error) {
            troubles.push(`${look} ${address}: ${error.message}`);
          }
          troubles.push(...watch.take().map((breach) => `${look} ${address}: ${breach}`));
        }
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await program.stop();
}
console.log(`${taken} screenshots in ${folder}`);
if (troubles.length > 0) {
  console.error(troubles.join('\n'));
  process.exit(1);
}
