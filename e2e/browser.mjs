// Debian's Chromium, driven by Playwright, with a watch on what pages must not do:
// call anywhere but this machine, log an error or a warning, throw, or break the content policy.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// The package is one of the front end's, which has the one lock file.
const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

// No sandbox: tests run as root on build machines. The rest keeps it off the network.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names and addresses beyond this machine do not resolve, whatever a page asks for.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts Chromium, the one scripts/chromium.sh finds. */
export function launch() {
  const finder = fileURLToPath(new URL('../scripts/chromium.sh', import.meta.url));
  const executablePath = execFileSync(finder, { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, headless: true, args: flags });
}

/** The faces the product is made for. */
export const views = {
  wide: { viewport: { width: 1280, height: 800 } },
  narrow: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

/** Where and how our users sit, whatever the machine is set to. */
export const atHome = { locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' };

/** Notes breaches of what pages must not do; a journey fails if any are left at its end. */
export class Watch {
  #breaches = [];
  #expected = [];

  /** Watches every page of a browser context, those it opens later too. */
  constructor(context) {
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && hostname !== '127.0.0.1') {
        this.#note(`a request left this machine: ${request.url()}`);
      }
    });
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        this.#note(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.#note(`uncaught: ${error.error().stack ?? error.error()}`));
  }

  #note(breach) {
    if (!this.#expected.some((pattern) => pattern.test(breach))) this.#breaches.push(breach);
  }

  /** From now on what matches is no breach, e.g. /status of 401/ where a sign-in is refused on purpose. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** The breaches so far, and forgets them. */
  take() {
    return this.#breaches.splice(0);
  }
}
