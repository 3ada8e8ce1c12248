// Takes a picture of every page – console, sidebar, customers' pages, the simulator's
// phones – in both languages, light and dark, wide and narrow, from a fresh demo, into
// ./screenshots/<language>-<scheme>-<width>/. Fails when a page calls another machine,
// logs an error, throws, or cannot be reached.
//
//   node e2e/screenshots.mjs [--to FOLDER] [--only PART-OF-AN-ADDRESS]
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { atHome, launch, views, Watch } from './browser.mjs';
import { signIn } from './console.mjs';
import { Program } from './program.mjs';

const { values } = parseArgs({
  options: { to: { type: 'string', default: 'screenshots' }, only: { type: 'string', default: '' } },
});
const web = new URL('../web/', import.meta.url);
const folder = resolve(values.to);

/** The addresses of the console, as the features declare them: { path: '/customer/$id', … }. */
async function declared() {
  const found = new Set();
  const features = new URL('src/features/', web);
  for (const slug of await readdir(features)) {
    const text = await readFile(new URL(`${slug}/admin.tsx`, features), 'utf8').catch(() => '');
    for (const [, path] of text.matchAll(/\bpath: '([^']+)'/g)) found.add(path);
  }
  return [...found].sort();
}

/** Puts the first thing of the list that stands above it in the interface into /customer/$id. */
async function filled(path, page, program) {
  if (!path.includes('$')) return path;
  const [, slug] = path.split('/');
  const { paths } = JSON.parse(await readFile(new URL('src/api/openapi.json', web), 'utf8'));
  const one = Object.keys(paths).find(
    (p) => new RegExp(`^/api/${slug}/[a-z]+/\\{id\\}$`).test(p) && paths[p.replace('/{id}', '')]?.get,
  );
  if (!one) throw new Error(`${path}: no interface /api/${slug}/…/{id} tells what it shows`);
  const list = one.replace('/{id}', '');
  const { items } = await (await page.request.get(program.url + list)).json();
  if (!items?.length) throw new Error(`${path}: the demo has nothing to show there (${list} is empty)`);
  return path.replace('$id', items[0].id);
}

/** Opens an address and waits until its data have come: it has its heading, and nothing holds a place for what comes. */
async function show(page, address) {
  await page.goto(address);
  await page.waitForFunction(
    () =>
      document.fonts.status === 'loaded' &&
      document.querySelector('h1, h2') &&
      !document.querySelector('[aria-busy="true"], .ant-skeleton, .skeleton, .booting'),
  );
}

const program = await Program.start();
const browser = await launch();
const troubles = [];
let taken = 0;

/** How high a picture may become, for pages that are longer than the window. */
const tallest = 4000;

/** One picture of a whole page, the window made as high as it is; what the page did wrong goes to the troubles. */
async function picture(page, watch, { name, path, address }, to, look) {
  const size = page.viewportSize();
  try {
    await show(page, address);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...size, height: Math.min(Math.max(height, size.height), tallest) });
    await page.screenshot({ path: join(to, `${name}.png`) });
    taken++;
  } catch (error) {
    troubles.push(`${look} ${path}: ${error.message}`);
  }
  await page.setViewportSize(size);
  troubles.push(...watch.take().map((breach) => `${look} ${path}: ${breach}`));
}

try {
  const first = await browser.newContext({ ...atHome, ...views.wide });
  const page = await first.newPage();
  await signIn({ page, program });
  const session = await first.storageState();

  const targets = [];
  for (const path of await declared()) {
    try {
      const name = path.replaceAll(/[^a-z-]+/g, '-').replaceAll(/^-|-$/g, '') || 'home';
      targets.push({ name, path, address: program.url + (await filled(path, page, program)) });
    } catch (error) {
      troubles.push(error.message);
    }
  }
  for (const path of ['/sidebar', '/h5'])
    targets.push({ name: path.slice(1), path, address: program.url + path });
  targets.push({ name: 'phones', path: '/_sim/phones', address: `${program.simulator.url}/_sim/phones` });
  await first.close();

  for (const view of Object.values(views)) {
    for (const language of ['zh-CN', 'en']) {
      for (const colorScheme of ['light', 'dark']) {
        const look = `${language}-${colorScheme}-${view.viewport.width}`;
        const to = join(folder, look);
        await rm(to, { recursive: true, force: true });
        await mkdir(to, { recursive: true });
        for (const open of [false, true]) {
          // The page to sign in is shown to those who have not.
          const chosen = targets.filter(
            ({ path }) => (path === '/sign-in') === open && path.includes(values.only),
          );
          const localStorage = [{ name: 'queqiao.language', value: JSON.stringify(language) }];
          const storageState = {
            cookies: open ? [] : session.cookies,
            origins: [{ origin: program.url, localStorage }],
          };
          const context = await browser.newContext({
            ...atHome,
            ...view,
            colorScheme,
            locale: language,
            storageState,
          });
          const watch = new Watch(context);
          watch.expect(/Scripts may close only the windows that were opened by them/);
          if (open) watch.expect(/status of 401/);
          const window = await context.newPage();
          for (const target of chosen) await picture(window, watch, target, to, look);
          await context.close();
        }
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
