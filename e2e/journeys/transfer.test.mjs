import assert from 'node:assert/strict';
import { Apart } from '../apart.mjs';
import { ask, eventually, go, List, pick, signIn } from '../console.mjs';
import { journey, on } from '../journey.mjs';

const leaver = { userid: 'weili', name: '魏离离' };
const takers = [
  { userid: 'jieyi', name: '接一一' },
  { userid: 'jieer', name: '接二二' },
  { userid: 'jiesan', name: '接三三' },
];
const customers = 250;
const groups = 12;
/** Everybody whom the leaver knew: person and external_userid. */
const people = [];

on(() =>
  Apart.start(async (simulator) => {
    for (const member of [leaver, ...takers]) await simulator.post('/_sim/acts/join-member', member);
    for (let i = 0; i < customers; i++) {
      const person = await simulator.post('/_sim/people', { name: `客户${i}` });
      const { external_userid: customer } = await simulator.post('/_sim/acts/add', {
        person: person.id,
        member: leaver.userid,
      });
      people.push({ person: person.id, customer });
    }
    for (let i = 0; i < groups; i++) {
      const [{ person }] = people;
      await simulator.post('/_sim/acts/create-group', {
        owner: leaver.userid,
        name: `老客户群${i}`,
        people: [person],
      });
    }
  }),
);

/** Who has each of the leaver's customers by now, as the simulated world has it: one taker for each, and no more. */
async function heirs({ program: { simulator } }) {
  const held = new Map(people.map(({ customer }) => [customer, []]));
  for (const { userid } of takers) {
    for (const contact of await simulator.contacts(userid)) {
      if (contact.by_member) held.get(contact.external_userid)?.push(userid);
    }
  }
  return held;
}

/**
 * The state that the record's page names, with how many items are in it. Whether a new follow
 * was a hand-over is only known when WeCom's details have been read, a quarter of a minute later.
 */
const stands = (page, state, n) =>
  page.getByText(`${state} ${n}`, { exact: true }).first().waitFor({ timeout: 90_000 });

journey('a leaver’s customers and groups pass on, through a kill -9 and refusals', async (stage) => {
  const { page, program, watch } = stage;
  const { simulator } = program;
  await signIn(stage);
  await go(page, '客户列表');
  await page.getByRole('button', { name: '同步', exact: true }).first().click();
  const list = new List(page, '客户列表');
  await eventually(async () => assert.ok((await list.total()) >= customers));
  await simulator.post('/_sim/acts/resign', { member: leaver.userid });

  await go(page, '客户继承');
  const left = new List(page, '离职成员').row(leaver.name);
  await page.getByRole('button', { name: '刷新', exact: true }).last().click();
  await left
    .filter({ hasText: String(customers) })
    .filter({ hasText: String(groups) })
    .waitFor();
  await left.getByRole('link', { name: '分配' }).click();
  await page.getByRole('heading', { level: 1, name: '新建转接' }).waitFor();
  for (const { name } of takers) await pick(page, page.getByRole('combobox', { name: '接替成员' }), name);
  await page.getByRole('button', { name: /^预\s*览$/ }).click();
  const preview = page.getByRole('dialog', { name: '转接预览' });
  await preview.getByText(`${customers} 位客户，${groups} 个群`).waitFor();

  // WeCom takes its time: when the program dies some calls are answered, one is under way, and some are not made.
  const path = '/cgi-bin/externalcontact/resigned/transfer_customer';
  await simulator.post('/_sim/faults', { kind: 'slow', path, latency_ms: 2000 });
  await preview.getByRole('button', { name: '开始转接' }).click();
  await page.waitForURL(/\/transfer\/records\//);
  const record = page.url();
  await eventually(async () => {
    const { transfers } = await simulator.get('/_sim/transfers?waiting=1');
    assert.ok(transfers.length > 0, 'nothing has begun');
  });
  watch.expect(
    /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/,
  );
  await program.kill();
  const { transfers: begun } = await simulator.get('/_sim/transfers?waiting=1');
  assert.ok(begun.length < customers, 'all had been called before the program died');
  await fetch(`${simulator.url}/_sim/faults`, { method: 'DELETE' });
  await program.again();

  await page.goto(record);
  await stands(page, '等待接替', customers + groups);
  const { transfers: sent } = await simulator.get('/_sim/transfers?waiting=1');
  assert.equal(sent.length, customers, 'WeCom was told of each customer once');

  const refusing = people.slice(0, 5);
  for (const { person } of refusing) await simulator.post('/_sim/acts/refuse-transfer', { person });
  await stands(page, '客户拒绝', refusing.length);
  await simulator.post('/_sim/clock', { advance: '25h' });
  await stands(page, '接替完毕', customers + groups - refusing.length);
  for (const { customer } of refusing) assert.deepEqual((await heirs(stage)).get(customer), []);

  // Those who refused are asked again, for another colleague.
  await page.getByRole('button', { name: `重试 ${refusing.length} 项` }).click();
  const dialog = page.getByRole('dialog', { name: `重试 ${refusing.length} 项未成功的转接` });
  await dialog.getByRole('button', { name: '开始重试' }).click();
  await page.waitForURL((url) => url.href !== record);
  await stands(page, '等待接替', refusing.length);
  await simulator.post('/_sim/clock', { advance: '25h' });
  await stands(page, '接替完毕', refusing.length);

  // Nobody is lost and nobody doubled: at WeCom, and here as there.
  for (const [customer, members] of await heirs(stage)) {
    assert.equal(members.length, 1, `${customer} has ${members.length} of the three`);
  }
  const { groups: chats } = await simulator.get('/_sim/groups');
  const passed = chats.filter((chat) => takers.some(({ userid }) => userid === chat.owner));
  assert.equal(passed.length, groups);
  const { unassigned } = await simulator.get('/_sim/unassigned');
  assert.equal(unassigned.filter((one) => one.userid === leaver.userid).length, 0);
  for (const { userid } of takers) {
    const there = (await simulator.contacts(userid)).filter((contact) => contact.by_member).length;
    await eventually(async () => {
      const { count } = await ask(stage, `/api/customer/follows/count?member=${userid}`);
      assert.equal(count, there);
    });
  }
  await go(page, '客户继承');
  await page.getByRole('tab', { name: '转接记录' }).click();
  await eventually(async () => assert.equal(await new List(page, '转接记录').rows.count(), 2));
});
