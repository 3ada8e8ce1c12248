// What people may call themselves: markup, scripts, formulas, marks of direction, NUL,
// characters beyond 16 bits, ten thousand characters. Every page of the console is opened
// with all of it in it; no script runs, nothing is called, no layout breaks, and exports
// hold nothing that a spreadsheet would run.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { ask, eventually, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

const names = {
  image: '<img src=x onerror="window.hacked=1">',
  script: '"><script>window.hacked=1</script>',
  svg: "'><svg/onload=window.hacked=1>",
  address: 'javascript:window.hacked=1',
  template: '{{constructor.constructor("window.hacked=1")()}}#{window.hacked=1}',
  formula: '=HYPERLINK("http://evil.test","x")',
  hidden: '\u202e=cmd|"/C calc"!A0',
  direction: '\u202eevil\u2066\u200fname',
  nothing: 'before\u0000after',
  wide: '😀𠮷𪚥👩‍👩‍👧‍👦',
  piled: `Z${'\u0351\u036b\u0313\u0324'.repeat(60)}`,
  long: '长'.repeat(10_000),
  unbroken: 'W'.repeat(10_000),
  query: "'; DROP TABLE mirror_customer; --",
};

/** The addresses of the console's pages without a thing of their own, as the features declare them. */
async function pages() {
  const found = new Set();
  const features = new URL('../../web/src/features/', import.meta.url);
  for (const slug of await readdir(features)) {
    const text = await readFile(new URL(`${slug}/admin.tsx`, features), 'utf8').catch(() => '');
    for (const [, path] of text.matchAll(/\bpath: '([^'$]+)'/g)) found.add(path);
  }
  return [...found].sort();
}

/** How high a page of fifty rows may become, whatever stands in them. */
const tallest = 8000;

/** So much of a text as WeCom takes there. */
const cut = (text, length) => [...text].slice(0, length).join('');

/** Everything in the world is called something hostile: people, remarks, tags, groups, members, messages. */
async function call(stage) {
  const { simulator } = stage.program;
  const { members } = await simulator.get('/_sim/members');
  const member = members.find((m) => m.may_contact && m.status === 1)?.userid ?? members[0].userid;
  const customers = [];
  for (const [kind, name] of Object.entries(names)) {
    const person = await simulator.post('/_sim/people', { name });
    const added = await simulator.post('/_sim/acts/add', { person: person.id, member });
    await simulator.post('/_sim/acts/edit-follow', {
      person: person.id,
      member,
      remark: cut(name, 20),
      description: cut(name, 150),
    });
    await simulator.post('/_sim/acts/say', { person: person.id, member, text: name });
    customers.push({ kind, name, person: person.id, external: added.external_userid });
  }
  await simulator.post('/_sim/acts/create-group', {
    owner: member,
    name: names.image,
    people: customers.slice(0, 3).map((c) => c.person),
  });
  await simulator.post('/_sim/acts/change-tag', {
    action: 'create',
    name: names.script,
    group_name: names.svg,
  });
  await simulator.post('/_sim/acts/change-member', { member, name: names.image });
  // WeCom tells of nobody's customer: their names are read before they go.
  await eventually(async () => {
    const { items } = await ask(stage, '/api/customer/customers?limit=200');
    for (const c of customers) {
      assert.ok(items.find((item) => item.customer === c.external)?.name, `${c.kind} has no name yet`);
    }
  });
  // Every other one goes again, so that they stand among the losses as well.
  const gone = customers.filter((_, i) => i % 2 === 1 || i === 0);
  for (const { person } of gone) await simulator.post('/_sim/acts/delete-member', { person, member });
  await simulator.settle();
  return { customers, gone };
}

/** Waits until the page stands still, then tells what it suffered. */
async function suffered(page) {
  await page.waitForFunction(
    () =>
      document.querySelector('h1, h2') &&
      !document.querySelector('[aria-busy="true"], .ant-skeleton, .skeleton, .booting'),
  );
  return page.evaluate(() => ({
    hacked: window.hacked,
    planted: document.querySelectorAll('img[src="x"], svg[onload], a[href^="javascript:"], [onerror]').length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    height: document.documentElement.scrollHeight,
  }));
}

journey('whatever people are called, pages stay pages', async (stage) => {
  const { page, program, context } = stage;
  const dialogs = [];
  context.on('page', (opened) => dialogs.push(`a window opened: ${opened.url()}`));
  page.on('dialog', async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  const strangers = new Set();
  const ours = new URL(program.url).host;
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http') && host !== ours) strangers.add(host);
  });
  // The page that ends a confirmation closes itself, which only works where another opened it.
  stage.watch.expect(/Scripts may close only the windows that were opened by them/);
  await signIn(stage);
  const { customers, gone } = await call(stage);
  const losses = await eventually(async () => {
    const list = await ask(stage, '/api/churn/losses?limit=100');
    const found = gone.filter((c) => list.items.some((loss) => loss.customer === c.external));
    assert.equal(found.length, gone.length, 'losses that are not there yet');
    return list;
  });
  assert.ok(
    losses.items.some((loss) => loss.name === names.image),
    'no name came through as it is',
  );

  const addresses = [
    ...(await pages()),
    '/customer?level=follow',
    '/eventlog?tab=jobs',
    '/eventlog?tab=calls',
    '/network?tab=permits',
    `/customer?q=${encodeURIComponent(names.image)}`,
    `/customer?q=${encodeURIComponent(names.query)}`,
  ];
  const list = await ask(stage, '/api/customer/customers?limit=200');
  const own = list.items.filter((c) => customers.some((h) => h.external === c.customer));
  assert.ok(own.length >= customers.length - gone.length, 'the hostile customers are not in the list');
  addresses.push(...own.map((c) => `/customer/${c.id}`));
  const troubles = [];
  for (const address of addresses) {
    await page.goto(program.url + address);
    const { hacked, planted, overflow, height } = await suffered(page);
    if (hacked !== undefined) troubles.push(`${address}: a script ran`);
    if (planted > 0) troubles.push(`${address}: markup became elements`);
    if (overflow > 1) troubles.push(`${address}: the page is ${overflow} px wider than the window`);
    if (height > tallest) troubles.push(`${address}: the page is ${height} px high`);
  }
  assert.deepEqual(troubles, []);
  assert.deepEqual(dialogs, []);
  assert.deepEqual([...strangers], [], 'pages called other hosts');
});

journey('whatever people are called, exports run nothing', async (stage) => {
  await signIn(stage);
  const { page, program } = stage;
  const document = JSON.parse(
    await readFile(new URL('../../web/src/api/openapi.json', import.meta.url), 'utf8'),
  );
  const files = Object.keys(document.paths).filter((path) => path.endsWith('.csv') && !path.includes('{'));
  for (const list of ['customer.customers', 'customer.follows', 'churn.losses'])
    files.push(await made(stage, list));
  let disarmed = 0;
  for (const path of files) {
    const answer = await page.request.get(program.url + path);
    assert.equal(answer.status(), 200, path);
    assert.match(answer.headers()['content-disposition'], /^attachment;/);
    for (const cell of cells((await answer.text()).replace(/^\ufeff/, ''))) {
      const seen = cell.replace(/^[\p{C}\p{Z}]+/u, '');
      if (/^-?\d+(\.\d+)?$/.test(seen)) continue;
      assert.doesNotMatch(seen, /^[=+\-@＝＋－＠]/, `${path}: a cell is a formula`);
      if (seen.startsWith("'=HYPERLINK") || seen.startsWith("'\u202e=")) disarmed++;
    }
  }
  assert.ok(disarmed > 0, 'no export has a hostile name in it');
});

/** Has a list exported and gives the address of the file. */
async function made(stage, list) {
  const { page, program } = stage;
  const started = await page.request.post(`${program.url}/api/export/runs`, {
    data: { list, format: 'csv', filter: {} },
  });
  assert.equal(started.status(), 200, `${list}: ${await started.text()}`);
  const { id } = await started.json();
  await eventually(async () => {
    const { items } = await ask(stage, '/api/export/runs');
    assert.equal(items.find((run) => run.id === id).state, 'done');
  });
  return `/api/export/runs/${id}/file`;
}

/** The cells of a CSV file (RFC 4180). */
function* cells(text) {
  for (const [, quoted, plain] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r?\n|$)/g)) {
    yield quoted === undefined ? plain : quoted.replaceAll('""', '"');
  }
}
