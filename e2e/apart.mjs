// The program beside a WeCom that is a process of its own, so that WeCom and what it
// knows live on when the program is killed.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { binary, freePort, Program } from './program.mjs';
import { Simulator } from './simulator.mjs';

const startLimit = 30_000;
/** The self-built app of the simulated corp that the product is. */
const app = 1000002;

/** "queqiao serve" on an empty data folder, and "queqiao simulate". */
export class Apart extends Program {
  command = 'serve';
  #wecom;

  /** Starts both; `live` changes the simulated world before the program first sees it, `settings` are the program's. */
  static async start(live = async () => undefined, settings = {}) {
    const program = new Apart();
    program.settings = settings;
    program.data = await mkdtemp(join(tmpdir(), 'queqiao-journey-'));
    program.ports = { console: await freePort(), simulator: await freePort() };
    program.url = `http://127.0.0.1:${program.ports.console}`;
    program.simulator = new Simulator(`http://127.0.0.1:${program.ports.simulator}`);
    try {
      await program.#simulate();
      await live(program.simulator);
      await program.#connect();
    } catch (error) {
      program.#wecom?.kill('SIGKILL');
      await rm(program.data, { recursive: true, force: true });
      throw error;
    }
    return program;
  }

  async #simulate() {
    this.#wecom = spawn(binary, ['simulate', '--members=6', '--customers=30'], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: {
        ...process.env,
        QUEQIAO_DATA: join(this.data, 'wecom'),
        QUEQIAO_SIM__LISTEN: `127.0.0.1:${this.ports.simulator}`,
      },
    });
    const deadline = Date.now() + startLimit;
    for (;;) {
      try {
        return await this.simulator.get('/_sim/world');
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(50);
      }
    }
  }

  /** Tells each side where the other is, and starts the program. */
  async #connect() {
    const { corps } = await this.simulator.get('/_sim/world');
    const [corp] = corps;
    const own = corp.apps.find((one) => one.agentid === app);
    this.settings = {
      ...this.settings,
      QUEQIAO_CORP__ID: corp.corpid,
      QUEQIAO_CORP__NAME: corp.name,
      QUEQIAO_CORP__AGENT_ID: String(app),
      QUEQIAO_CORP__SECRET: own.secret,
      QUEQIAO_CORP__CALLBACK_TOKEN: own.callback_token,
      QUEQIAO_CORP__CALLBACK_KEY: own.callback_aes_key,
      QUEQIAO_WECOM__BASE_URL: this.simulator.url,
      QUEQIAO_WECOM__OPEN_URL: this.simulator.url,
      QUEQIAO_WECOM__LOGIN_URL: this.simulator.url,
    };
    await this.again();
    await this.simulator.patch(`/_sim/apps/${app}`, { callback_url: `${this.url}/callback/app` });
    const verified = await this.simulator.post(`/_sim/apps/${app}/verify`);
    if (!verified.ok)
      throw new Error(`WeCom does not accept the callback address: ${JSON.stringify(verified)}`);
  }

  /** Ends both and removes their data. */
  async stop() {
    try {
      await super.stop();
    } finally {
      this.#wecom.kill('SIGKILL');
      await rm(this.data, { recursive: true, force: true });
    }
  }
}
