// A program that somebody else started and filled: bench/browser.go, with more customers
// than a journey has the time for. Its address and administrator come by the environment.
import { Simulator } from './simulator.mjs';

export class House {
  /** The bench holds the program's output back. */
  output = '';

  /** What QUEQIAO_HOUSE names: {"url", "simulator", "admin": {"name", "password"}}. */
  static start() {
    if (!process.env.QUEQIAO_HOUSE)
      throw new Error('no house is told of: run these by make bench BENCH="-sizes 1000000 browser"');
    const { url, simulator, admin } = JSON.parse(process.env.QUEQIAO_HOUSE);
    return Object.assign(new House(), { url, admin, simulator: new Simulator(simulator) });
  }

  /** Who started it stops it. */
  async stop() {}
}

/** Tells the bench how long something took that a person waited for. */
export async function measured(what, act) {
  const began = performance.now();
  const result = await act();
  console.log(`measured ${what}: ${Math.round(performance.now() - began)} ms`);
  return result;
}
