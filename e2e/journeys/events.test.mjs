import assert from 'node:assert/strict';
import { ask, eventually, List, signIn } from '../console.mjs';
import { journey } from '../journey.mjs';

/** A code of the demo that adds without a word from the member and greets in its own words. */
const code = '展台与易拉宝';

/** Everything that a replayed callback could count twice. */
async function figures(stage, external) {
  const { items } = await ask(
    stage,
    `/api/customer/customers?standing=all&q=${encodeURIComponent(external.name)}`,
  );
  const customer = items.find((item) => item.customer === external.external_userid);
  const timeline = await ask(stage, `/api/customer/customers/${customer.id}/timeline?limit=50`);
  const codes = await ask(stage, '/api/channelcode/codes');
  return {
    customers: await ask(stage, '/api/customer/customers/count'),
    follows: await ask(stage, '/api/customer/follows/count'),
    story: timeline.items.map((entry) => entry.kind).sort(),
    counters: codes.items.map(({ name, counters }) => `${name}: ${JSON.stringify(counters)}`),
    greetings: (
      await stage.program.simulator.get(
        `/_sim/chats/direct:${external.userid.toLowerCase()}:${external.external_userid}`,
      )
    ).messages.filter((message) => message.via === 'welcome').length,
  };
}

/** A reading in doubt is made ten seconds later, and what it finds is counted then. */
const soon = 15_000;

/**
 * All work that is due or soon will be is done: nothing waits but what waits for later, and nothing runs.
 * The counts are read before and after the list: what was claimed in between would stand in neither.
 */
function idle(stage) {
  return eventually(async () => {
    const counts = () => ask(stage, '/api/eventlog/jobs/counts');
    const before = await counts();
    assert.deepEqual([before.parked, before.running], [0, 0]);
    const { items } = await ask(stage, '/api/eventlog/jobs?state=available&limit=200');
    assert.deepEqual(
      items.filter((job) => job.runAt <= Date.now() + soon).map((job) => job.kind),
      [],
    );
    assert.deepEqual(await counts(), before);
  });
}

journey('a callback is seen as it comes, read raw, and replayed without effect', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  await page.goto(`${program.url}/eventlog`);
  const log = new List(page, '回调事件');
  await log.settled();

  const person = await program.simulator.scanned(code, '关五五');
  const row = log.row('关五五').first();
  await row.waitFor();
  await row.filter({ hasText: '添加客户' }).filter({ hasText: '已处理' }).waitFor();
  await eventually(async () => assert.notEqual(await program.simulator.greeting(person), ''));
  await idle(stage);
  const before = await figures(stage, person);
  assert.equal(before.greetings, 1);
  // The demo tags by a rule who is added outside working hours; the time of day is not what this is about.
  assert.deepEqual(
    before.story.filter((kind) => kind !== 'tag.added.rule'),
    ['channelcode.came', 'customer.added', 'stage.joined', 'tag.added.channel', 'welcome.sent'],
  );

  await row.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', { name: '查看原文' }).click();
  await drawer.getByText(person.external_userid).waitFor();
  await drawer.getByText('add_external_contact', { exact: false }).first().waitFor();
  await drawer.getByRole('button', { name: '重放' }).click();
  await page.getByText('已重新处理').or(page.getByText('已重新排队，稍后处理')).first().waitFor();
  await idle(stage);
  assert.deepEqual(await figures(stage, person), before);
});

journey('the log of callbacks is filtered by event and by name', async (stage) => {
  const { page, program } = stage;
  await signIn(stage);
  const person = await program.simulator.scanned(code, '岳六六');
  await program.simulator.post('/_sim/acts/delete-member', { person: person.id, member: person.userid });
  await page.goto(`${program.url}/eventlog`);
  const log = new List(page, '回调事件');
  await log.row('岳六六').nth(1).waitFor();

  await page.getByRole('search').getByRole('button', { name: '事件', exact: true }).click();
  await page.getByRole('radio', { name: '客户删除成员' }).click();
  await eventually(async () => {
    await log.settled();
    const rows = await log.rows.allTextContents();
    assert.ok(rows.length > 0 && rows.every((text) => text.includes('客户删除成员')), rows.join('\n'));
  });
  await page.getByRole('search').getByRole('textbox').fill('岳六六');
  await eventually(async () => assert.equal(await log.rows.count(), 1));
  await page.reload();
  await log.row('岳六六').waitFor();
  await eventually(async () => assert.equal(await log.rows.count(), 1));
});

journey(
  'WeCom is busy: the greeting comes all the same, and the refused calls are listed with advice',
  async (stage) => {
    const { page, program } = stage;
    await signIn(stage);
    await page.goto(`${program.url}/eventlog?tab=calls`);
    const calls = new List(page, '接口调用失败');
    await calls.settled();

    const path = '/cgi-bin/externalcontact/send_welcome_msg';
    await program.simulator.post('/_sim/faults', { kind: 'busy', path, count: 1 });
    const person = await program.simulator.scanned(code, '云七七');
    await eventually(async () => assert.match(await program.simulator.greeting(person), /云七七您好/));

    const row = calls.row('send_welcome_msg');
    await row.filter({ hasText: '-1' }).filter({ hasText: '暂时故障' }).waitFor();
    assert.match(await row.textContent(), /重试|稍后|系统繁忙/);
  },
);

journey(
  'an app without the right: the code says so, the call is listed, and the job is tried again by hand',
  async (stage) => {
    const { page, program } = stage;
    const { simulator } = program;
    await signIn(stage);
    const { members } = await simulator.get('/_sim/members');
    const host = members.find((m) => m.status === 1 && m.may_contact);
    const fault = await simulator.post('/_sim/faults', {
      kind: 'errcode',
      code: 48002,
      path: '/cgi-bin/externalcontact/add_contact_way',
    });
    const name = '无权的活码';
    const made = await page.request.post(`${program.url}/api/channelcode/codes`, {
      headers: { Origin: program.url },
      data: {
        name,
        members: [host.userid],
        skipVerify: true,
        greeting: 'none',
        content: { text: '' },
        remark: '',
        shifts: [],
        dailyCap: 0,
        backup: [],
        tags: [],
        customerRemark: '',
      },
    });
    assert.ok(made.ok(), await made.text());
    const { id } = await made.json();

    await page.goto(`${program.url}/channelcode/${id}`);
    await page
      .getByRole('alert')
      .filter({ hasText: '企业微信没有接受这个活码' })
      .filter({ hasText: '48002' })
      .waitFor();
    await page.goto(`${program.url}/eventlog?tab=calls&errcode=48002`);
    const call = new List(page, '接口调用失败').row('add_contact_way');
    await call.filter({ hasText: '需要配置' }).waitFor();
    assert.match(await call.textContent(), /管理后台|权限/);

    // The right is given; what was given up is tried again from the list of jobs.
    const faults = await fetch(`${simulator.url}/_sim/faults/${fault.id ?? fault.fault?.id}`, {
      method: 'DELETE',
    });
    assert.ok(faults.ok, `the fault stays: ${faults.status}`);
    await page.goto(`${program.url}/eventlog?tab=jobs`);
    const jobs = new List(page, '后台任务');
    await page.getByRole('search').getByRole('button', { name: '状态', exact: true }).click();
    await page.getByRole('radio', { name: '已取消' }).click();
    const job = jobs.row('发布活码到企业微信').filter({ hasText: '48002' });
    await job.waitFor();
    await job.getByRole('button').click();
    await page.getByRole('menuitem', { name: '重试' }).click();
    await page.getByText('已重新排队').first().waitFor();
    await job.waitFor({ state: 'detached' });

    await page.goto(`${program.url}/channelcode/${id}`);
    await page.getByRole('img', { name: `「${name}」的二维码` }).waitFor();
    assert.deepEqual((await simulator.way(name)).users, [host.userid]);
  },
);
