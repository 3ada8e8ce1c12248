// A journey is a test that walks through the product as a person does: the real
// program, the simulator with its two phones, a real browser. Journeys of one file
// share one program, so each leaves behind what the next can live with.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { atHome, launch, views, Watch } from './browser.mjs';
import { Program } from './program.mjs';

const results = fileURLToPath(new URL('results/', import.meta.url));

/** How long one journey may take, with what is kept and told of one that takes longer; and one wait within it. */
const journeyLimit = 240_000;
const telling = 40_000;
const waitLimit = 30_000;

let program;
let start = () => Program.start();
let browser;

/** Has the journeys of this file walk on another program than the demo; said before the first of them. */
export function on(starter) {
  start = starter;
}

before(async () => {
  await immediate(); // node begins at once; the file says afterwards where its journeys walk
  [program, browser] = await Promise.all([start(), launch()]);
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

const indented = (text) => text.replaceAll(/^/gm, '    ');

/** What one journey has: a browser window of its own on the shared program. */
class Stage {
  program = program;

  #others = [];

  async open(view) {
    this.context = await browser.newContext({ ...atHome, ...view, acceptDownloads: true });
    this.context.setDefaultTimeout(waitLimit);
    this.watch = new Watch(this.context);
    await this.context.tracing.start({ snapshots: true });
    this.page = await this.context.newPage();
  }

  /** Somebody at another browser: windows of their own, nothing in common with the first. Closed with the stage. */
  async elsewhere() {
    const context = await browser.newContext(atHome);
    context.setDefaultTimeout(waitLimit);
    const other = { program, context, watch: new Watch(context), page: await context.newPage() };
    this.#others.push(other);
    return other;
  }

  /** The windows that are open, in every browser; none when the browser gave none. */
  pages() {
    return [this, ...this.#others].flatMap(({ context }) => context?.pages() ?? []);
  }

  /** Closes every window. */
  async close() {
    for (const { context } of [...this.#others, this]) await context?.close();
  }

  /**
   * Tells what a failed journey saw, for whoever has only the printed log: each page's address
   * and what one finds on it, what pages did that they must not, and the last the program said.
   */
  async tell() {
    const told = [this, ...this.#others]
      .flatMap(({ watch }) => watch?.take() ?? [])
      .map((breach) => `besides: ${breach}`);
    for (const page of this.pages()) {
      const whole = await page
        .locator('body')
        .ariaSnapshot({ timeout: 5_000 })
        .catch((error) => `nothing to be read: ${error.message}`);
      const found = whole.slice(Math.max(0, whole.indexOf('- banner:'))); // without the menu
      told.push(`${page.url()} shows:`, indented(found.slice(0, 6_000)));
    }
    told.push('the program said last:', indented(this.program.output.split('\n').slice(-30).join('\n')));
    return told.join('\n');
  }

  /** Keeps what helps to understand a failure: trace, a picture of each page, the program's output. */
  async keep(name) {
    const folder = join(results, name);
    await mkdir(folder, { recursive: true });
    await inTime(this.context?.tracing.stop({ path: join(folder, 'trace.zip') }), 10_000).catch(
      () => undefined,
    );
    for (const [i, page] of this.pages().entries()) {
      await page
        .screenshot({ path: join(folder, `page-${i + 1}.png`), fullPage: true, timeout: 5_000 })
        .catch(() => undefined);
    }
    await writeFile(join(folder, 'program.log'), this.program.output);
    return folder;
  }
}

/** What was begun, or the end of patience: what waits for ever could tell nobody where it stands. */
async function inTime(begun, limit) {
  const end = new AbortController();
  const late = pause(limit, undefined, { signal: end.signal }).then(() => {
    throw new Error(`not at its end after ${limit / 1000} s`);
  });
  late.catch(() => undefined); // nobody listens once it is over
  try {
    await Promise.race([begun, late]);
  } finally {
    end.abort();
  }
}

/** One walk from an empty window to a closed recording. */
async function walked(stage, walk, view) {
  await stage.open(view);
  await walk(stage);
  const breaches = stage.watch.take();
  if (breaches.length > 0) throw new Error(`pages did what they must not:\n${breaches.join('\n')}`);
  await stage.context.tracing.stop();
  await stage.close();
}

/**
 * Declares a journey. `walk` gets the stage: `page` (a browser window), `context`, `program`
 * (addresses, the administrator, the program's output) and `watch`. It fails when the walk
 * throws or a page did what no page may do (browser.mjs, Watch).
 */
export function journey(title, walk, { view = views.wide, limit = journeyLimit } = {}) {
  test(title, { timeout: limit }, async () => {
    const name = `${basename(process.argv[1], '.test.mjs')}-${title.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;
    await rm(join(results, name), { recursive: true, force: true });
    const stage = new Stage();
    try {
      await inTime(walked(stage, walk, view), limit - telling);
    } catch (error) {
      console.error(`✖ ${title}: ${error.message}`); // at once: a browser that hangs could keep the rest from being told
      console.error(`${indented(await stage.tell())}\nkept in ${await stage.keep(name)}`);
      await inTime(stage.close(), 5_000).catch(() => undefined);
      throw error;
    }
  });
}
