// Runs a test runner, shows what a person needs of its output, and counts results.
//
//   node scripts/count.mjs go ARG...       go test ARG...
//   node scripts/count.mjs vitest          the front end's unit tests
//   node scripts/count.mjs node ARG...     node --test ARG...
//
// The counts are written to the file named by QUEQIAO_TEST_COUNTS as "passed failed skipped".
// A Go test with subtests counts as its subtests: the leaves are what checks something.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Runs a command to its end and resolves to its exit code; lines of its output go to onLine, if given. */
function run(command, args, options = {}, onLine) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
  });
  const lines = onLine ? createInterface({ input: child.stdout }).on('line', onLine) : undefined;
  const drained = lines ? new Promise((resolve) => lines.on('close', resolve)) : Promise.resolve();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', async (code) => {
      await drained;
      resolve(code ?? 1);
    });
  });
}

/** The tests of one Go package, in the order in which go test tells of them. */
class GoPackage {
  own = []; // output of the package itself: panics, TestMain
  output = new Map(); // test → its lines
  ends = new Map(); // test → pass, fail or skip
  parents = new Set();
  buildFailed = false;

  add({ Action, Test, Output }) {
    if (Action === 'run') {
      const slash = Test.lastIndexOf('/');
      if (slash > 0) this.parents.add(Test.slice(0, slash));
    } else if (Action === 'output') {
      if (!Test) this.own.push(Output);
      else if (!this.output.has(Test)) this.output.set(Test, [Output]);
      else this.output.get(Test).push(Output);
    } else if (Test && ['pass', 'fail', 'skip'].includes(Action)) {
      this.ends.set(Test, Action);
    }
  }

  names(end) {
    return [...this.ends].filter(([, e]) => e === end).map(([test]) => test);
  }

  /** Counts leaves; a parent counts only where it failed and none of its children did. */
  count(packageEnd) {
    const leaf = (test) => !this.parents.has(test);
    const failed = this.names('fail');
    const blamed = failed.filter((test) => !failed.some((other) => other.startsWith(`${test}/`)));
    return {
      passed: this.names('pass').filter(leaf).length,
      // A package can fail without a failed test: it did not build, or panicked.
      failed: Math.max(blamed.length, packageEnd === 'fail' ? 1 : 0),
      skipped: this.names('skip').filter(leaf).length,
    };
  }
}

async function countGo(args) {
  const packages = new Map();
  const builds = new Map(); // package as named by the build → its compiler messages
  const total = { passed: 0, failed: 0, skipped: 0 };

  const finish = (name, pkg, { Action, Elapsed = 0, FailedBuild }) => {
    packages.delete(name);
    const count = pkg.count(Action);
    for (const key of Object.keys(total)) total[key] += count[key];
    const tests = count.passed + count.failed + count.skipped;
    if (tests === 0) return;
    const mark = Action === 'fail' ? 'FAIL' : 'ok  ';
    console.log(`${mark} ${name}  ${Elapsed.toFixed(1)} s  ${tests} tests`);
    for (const test of pkg.names('skip')) {
      const why = (pkg.output.get(test) ?? [])
        .map((line) => line.trim())
        .filter((line) => !/^(===|---)/.test(line));
      console.log(`     skipped ${test}: ${why.join(' ')}`);
    }
    if (Action !== 'fail') return;
    for (const line of builds.get(FailedBuild) ?? []) process.stdout.write(line);
    for (const test of pkg.ends.keys()) {
      if (pkg.ends.get(test) === 'fail') process.stdout.write((pkg.output.get(test) ?? []).join(''));
    }
    // A test cut short by a panic has no end; its output explains the panic.
    for (const [test, lines] of pkg.output) {
      if (!pkg.ends.has(test)) process.stdout.write(lines.join(''));
    }
    process.stdout.write(pkg.own.join(''));
  };

  const code = await run('go', ['test', '-json', ...args], {}, (line) => {
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      console.log(line); // go itself complains in plain text
      return;
    }
    if (event.Action === 'build-output') {
      if (!builds.has(event.ImportPath)) builds.set(event.ImportPath, []);
      builds.get(event.ImportPath).push(event.Output);
      return;
    }
    if (!event.Package) return;
    if (!packages.has(event.Package)) packages.set(event.Package, new GoPackage());
    const pkg = packages.get(event.Package);
    if (!event.Test && ['pass', 'fail', 'skip'].includes(event.Action)) finish(event.Package, pkg, event);
    else pkg.add(event);
  });
  return { code, ...total };
}

/** Runs with a file for the machine-readable result and reads that afterwards. */
async function withReport(work) {
  const folder = mkdtempSync(join(tmpdir(), 'queqiao-count-'));
  try {
    return await work(join(folder, 'report'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const countVitest = () =>
  withReport(async (report) => {
    const args = ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await run('npx', ['--no-install', ...args], { cwd: 'web' });
    const result = JSON.parse(readFileSync(report, 'utf8'));
    return {
      code,
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  });

const countNode = (args) =>
  withReport(async (report) => {
    const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
    reporters.push('--test-reporter=tap', `--test-reporter-destination=${report}`);
    const code = await run(process.execPath, ['--test', ...reporters, ...args]);
    const tap = readFileSync(report, 'utf8');
    const of = (word) => Number(tap.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
    return {
      code,
      passed: of('pass'),
      failed: of('fail') + of('cancelled'),
      skipped: of('skipped') + of('todo'),
    };
  });

const runners = { go: countGo, vitest: countVitest, node: countNode };
const [kind, ...args] = process.argv.slice(2);
if (!runners[kind]) {
  console.error(`count.mjs knows ${Object.keys(runners).join(', ')}, not "${kind}"`);
  process.exit(2);
}
const { code, passed, failed, skipped } = await runners[kind](args);
if (process.env.QUEQIAO_TEST_COUNTS)
  writeFileSync(process.env.QUEQIAO_TEST_COUNTS, `${passed} ${failed} ${skipped}\n`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(code !== 0 || failed > 0 ? code || 1 : 0);
