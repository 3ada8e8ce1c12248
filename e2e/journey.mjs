// A journey is a test that walks through the product as a person does: the real
// program, the simulator with its two phones, a real browser. Journeys of one file
// share one program, so each leaves behind what the next can live with.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { atHome, launch, views, Watch } from './browser.mjs';
import { Program } from './program.mjs';

const results = fileURLToPath(new URL('results/', import.meta.url));

/** How long one journey may take, and one wait within it. */
const journeyLimit = 240_000;
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

/** What one journey has: a browser window of its own on the shared program. */
class Stage {
  program = program;

  async open(view) {
    this.context = await browser.newContext({ ...atHome, ...view, acceptDownloads: true });
    this.context.setDefaultTimeout(waitLimit);
    this.watch = new Watch(this.context);
    await this.context.tracing.start({ screenshots: true, snapshots: true });
    this.page = await this.context.newPage();
  }

  /** Keeps what helps to understand a failure: trace, a picture of each page, the program's output. */
  async keep(name) {
    const folder = join(results, name);
    await mkdir(folder, { recursive: true });
    await this.context.tracing.stop({ path: join(folder, 'trace.zip') });
    for (const [i, page] of this.context.pages().entries()) {
      await page
        .screenshot({ path: join(folder, `page-${i + 1}.png`), fullPage: true })
        .catch(() => undefined);
    }
    await writeFile(join(folder, 'program.log'), this.program.output);
    return folder;
  }
}

/**
 * Declares a journey. `walk` gets the stage: `page` (a browser window), `context`, `program`
 * (addresses, the administrator, the program's output) and `watch`. It fails when the walk
 * throws or a page did what no page may do (browser.mjs, Watch).
 */
export function journey(title, walk, { view = views.wide } = {}) {
  test(title, { timeout: journeyLimit }, async () => {
    const name = `${basename(process.argv[1], '.test.mjs')}-${title.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;
    await rm(join(results, name), { recursive: true, force: true });
    const stage = new Stage();
    await stage.open(view);
    try {
      await walk(stage);
      const breaches = stage.watch.take();
      if (breaches.length > 0) throw new Error(`pages did what they must not:\n${breaches.join('\n')}`);
      await stage.context.tracing.stop();
    } catch (error) {
      console.error(`kept in ${await stage.keep(name)}`);
      throw error;
    } finally {
      await stage.context.close();
    }
  });
}
