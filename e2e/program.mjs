// Starts the real program, as a person does, on free ports and with an empty data
// folder, and stops it again.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Simulator } from './simulator.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
export const binary = join(root, 'bin', process.platform === 'win32' ? 'queqiao.exe' : 'queqiao');

/** How long a start may take on a busy machine; the budget proper is measured by "make bench". */
const startLimit = 60_000;
/** How long the first start may take to read the corp and play its past month. */
const historyLimit = 120_000;
const stopLimit = 15_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One running "queqiao demo": console, simulator and an embedded database. */
export class Program {
  /** The first administrator, as given to the program. */
  admin = { name: 'admin', password: 'bridge-of-magpies-7' };
  output = '';
  /** What it is started as, and with which settings beside the usual ones. */
  command = 'demo';
  settings = {};
  #child;
  #exited;

  /** Starts the demo and resolves once its past month has been played: figures stand still from then on. */
  static async start() {
    if (!existsSync(binary)) throw new Error(`${binary} is not built: run "make build"`);
    const program = new Program();
    program.data = await mkdtemp(join(tmpdir(), 'queqiao-journey-'));
    program.ports = { console: await freePort(), simulator: await freePort() };
    program.url = `http://127.0.0.1:${program.ports.console}`;
    program.simulator = new Simulator(`http://127.0.0.1:${program.ports.simulator}`);
    try {
      await program.again();
      await program.#history();
    } catch (error) {
      await rm(program.data, { recursive: true, force: true });
      throw error;
    }
    return program;
  }

  /** Starts it (again) with the data that are there, and with further settings from the environment. */
  async again(settings = {}) {
    this.#child = spawn(binary, [this.command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        QUEQIAO_DATA: this.data,
        QUEQIAO_HTTP__LISTEN: `127.0.0.1:${this.ports.console}`,
        QUEQIAO_SIM__LISTEN: `127.0.0.1:${this.ports.simulator}`,
        QUEQIAO_ADMIN_PASSWORD: this.admin.password,
        QUEQIAO_LOG__LEVEL: 'info',
        ...this.settings,
        ...settings,
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    let ended;
    this.#exited = new Promise((resolve) => {
      const end = (how) => {
        ended = how;
        resolve(how);
      };
      this.#child.on('exit', (code, signal) => end({ code, signal }));
      this.#child.on('error', (error) => end({ code: error.message }));
    });
    const deadline = Date.now() + startLimit;
    while (!(await this.#ready())) {
      if (ended)
        throw new Error(`the program ended at its start (${ended.code ?? ended.signal}):\n${this.output}`);
      if (Date.now() > deadline) {
        this.#child.kill('SIGKILL');
        throw new Error(`the program was not ready after ${startLimit / 1000} s:\n${this.output}`);
      }
      await pause(50);
    }
  }

  /** The program leaves this file when it has played the whole history. */
  async #history() {
    const deadline = Date.now() + historyLimit;
    while (!existsSync(join(this.data, 'demo-ready'))) {
      if (Date.now() > deadline) {
        await this.halt();
        throw new Error(`the demo was not complete after ${historyLimit / 1000} s:\n${this.output}`);
      }
      await pause(50);
    }
    await this.simulator.settle();
  }

  async #ready() {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false; // not listening yet
    }
  }

  /** kill -9: it has no last word; the data stay. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it as Ctrl-C does and insists on a clean end; the data stay. */
  async halt() {
    this.#child.kill('SIGINT');
    const patience = new AbortController();
    const late = pause(stopLimit, 'late', { signal: patience.signal }).catch(() => undefined);
    const ended = await Promise.race([this.#exited, late]);
    patience.abort();
    if (ended === 'late') {
      this.#child.kill('SIGKILL');
      throw new Error(`the program did not stop within ${stopLimit / 1000} s:\n${this.output}`);
    }
    if (ended.code !== 0)
      throw new Error(`the program ended with ${ended.code ?? ended.signal}:\n${this.output}`);
  }

  /** Ends it and removes its data. */
  async stop() {
    try {
      await this.halt();
    } finally {
      await rm(this.data, { recursive: true, force: true });
    }
  }
}
