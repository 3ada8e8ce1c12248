// "make dev": the demo program and Vite's server beside it. Saving a Go, SQL or template
// file rebuilds and restarts the program; saving a page changes it in the browser at once.
//
// The program runs without built pages; open Vite's address, which hands /api and its
// like on to the program (web/vite.config.ts).
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binary = 'bin/queqiao-dev';
/** An editor writes a file in several steps; one rebuild is enough. */
const settle = 200;

let program;
let building = false;
let again = false;
let leaving = false;

const say = (text) => console.log(`\x1b[36mdev\x1b[0m ${text}`);
const start = (command, args, options = {}) =>
  spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
const ended = (child) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', resolve));

/** Builds the program and, if that worked, puts it in the place of the running one. */
async function rebuild() {
  if (building) {
    again = true;
    return;
  }
  building = true;
  do {
    again = false;
    const began = performance.now();
    const code = await ended(
      start('go', ['build', '-o', binary, './cmd/queqiao'], { env: { ...process.env, CGO_ENABLED: '0' } }),
    );
    if (code !== 0) {
      say('not built; the program before goes on');
    } else if (!leaving) {
      say(`built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      if (program) {
        program.kill('SIGINT');
        await ended(program);
      }
      program = start(binary, ['demo', ...process.argv.slice(2)]);
    }
  } while (again && !leaving);
  building = false;
}

const vite = start('npx', ['--no-install', 'vite'], { cwd: `${root}/web` });
vite.once('exit', (code) => leave(code ?? 1));

let timer;
for (const folder of ['cmd', 'internal', 'wecom']) {
  watch(`${root}/${folder}`, { recursive: true }, (_event, name) => {
    if (!name || /_test\.go$|~$|\.sw.$|testdata/.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(rebuild, settle);
  });
}

async function leave(code) {
  if (leaving) return;
  leaving = true;
  clearTimeout(timer);
  for (const child of [program, vite]) child?.kill('SIGINT');
  if (program) await ended(program);
  process.exit(code);
}
// Ctrl-C reaches the children too; waiting for them keeps the terminal tidy.
process.on('SIGINT', () => leave(0));
process.on('SIGTERM', () => leave(0));

await rebuild();
