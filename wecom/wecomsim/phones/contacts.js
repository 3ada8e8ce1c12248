// The member's contacts: customers with remark and tags, and colleagues.
import { address } from './api.js';
import { useData } from './live.js';
import { Empty, Head, Row, usePhone, Waiting } from './phone.js';
import { memberNote } from './select.js';
import { dateTime } from './time.js';
import { cls, html, useEffect, useState } from './view.js';
import { useWorld } from './words.js';

/** The most customers that a list shows; the simulator gives no more at once. */
const most = 500;

export function Contacts() {
  const { say } = useWorld();
  const [part, setPart] = useState('customers');
  return html`<${Head} title=${say('contacts')} />
    <div class="segments" role="group" aria-label=${say('contacts')}>
      ${['customers', 'colleagues'].map(
        (p) => html`<button key=${p} class=${cls(p === part && 'on')} aria-pressed=${p === part}
        data-testid=${`contacts-${p}`} onClick=${() => setPart(p)}>${say(p)}</button>`,
      )}
    </div>
    <div class="scroll">${part === 'customers' ? html`<${Customers} />` : html`<${Colleagues} />`}</div>`;
}

function Customers() {
  const { say, corpID, member } = useWorld();
  const phone = usePhone();
  const [limit, setLimit] = useState(50);
  const { data, error } = useData(
    address(`/_sim/members/${encodeURIComponent(member.userid)}/contacts`, { corp: corpID, limit }),
    ['follow', 'tag'],
    (c) => !c.member || c.member === member.userid,
  );
  if (!data) return html`<${Waiting} error=${error} />`;
  const asked = data.contacts.filter((f) => f.half);
  const rest = data.contacts.filter((f) => !f.half);
  const row = (
    f,
  ) => html`<${Row} key=${f.external_userid} picture=${f.avatar} title=${f.remark || f.name} testid=${`customer-${f.person}`}
    note=${f.half ? say('asksToAdd') : f.remark && f.remark !== f.name ? `${say('nickname')}: ${f.name}` : f.tags.slice(0, 3).join(' ')}
    side=${f.by_customer ? '' : html`<span class="lost">${say('deletedYou')}</span>`} onClick=${() => phone.go('customer', { id: f.external_userid })} />`;
  return html`
    ${asked.length > 0 && html`<h3 class="section">${say('newCustomers', { n: asked.length })}</h3><ul class="list" data-testid="new-customers">${asked.map(row)}</ul>`}
    <h3 class="section">${say('myCustomers', { n: member.customers })}</h3>
    <ul class="list" data-testid="customers">${rest.map(row)}</ul>
    ${data.contacts.length === 0 && html`<${Empty} text=${say('noCustomers')} />`}
    ${data.next_before > 0 && limit < most && html`<button class="further" data-testid="more-customers" onClick=${() => setLimit(Math.min(limit + 100, most))}>${say('moreRows')}</button>`}
    ${data.next_before > 0 && limit >= most && html`<p class="empty">${say('noFurther', { n: most })}</p>`}`;
}

/** One customer as the member sees him. @param {{id: string}} props */
export function Customer({ id }) {
  const { say, corpID, member, act, toast, setPerson } = useWorld();
  const phone = usePhone();
  const { data: person, error } = useData(address(`/_sim/people/${id}`, { corp: corpID }), [
    'follow',
    'person',
    'tag',
  ]);
  if (!person) return html`<${Head} title=${say('details')} back /><${Waiting} error=${error} />`;
  const f = person.follows?.find((x) => x.userid === member.userid);
  const pair = { person: id, member: member.userid };
  const remove = () =>
    phone.ask({
      text: say('deleteCustomerAsk', { name: f.remark || person.name }),
      action: say('deleteCustomer'),
      run: async () => {
        if (!(await act('/_sim/acts/delete-customer', pair))) return;
        toast(say('customerDeleted'));
        phone.toTab('contacts');
      },
    });
  return html`<${Head} title=${say('details')} back />
    <div class="scroll">
      <div class="idcard"><img class="avatar big" src=${person.avatar} alt="" />
        <div><b>${f?.remark || person.name}</b><span class="wechatmark">@${say(person.type === 2 ? 'weCom' : 'weChat')}</span><small>${say('nickname')}: ${person.name}</small></div></div>
      ${!f?.by_member && html`<p class="hint">${say('customerGone')}</p>`}
      ${f?.by_member && !f.by_customer && html`<p class="hint warn">${say('heDeletedYou')}</p>`}
      ${
        f?.by_member &&
        html`<div class="buttons">
        ${f.half && html`<button class="primary" data-testid="accept" onClick=${() => act('/_sim/acts/accept', pair)}>${say('accept')}</button>`}
        <button class=${f.half ? '' : 'primary'} data-testid="talk" onClick=${() => phone.go('chat', { chat: `direct:${member.userid.toLowerCase()}:${id}` })}>${say('sendMessage')}</button>
        <button class="quiet" onClick=${() => setPerson(person.id)}>${say('showHisPhone')}</button>
      </div>
      <${FollowForm} key=${f.seq} f=${f} />
      <dl class="facts">
        <dt>${say('addedAt')}</dt><dd>${dateTime(f.created_at * 1000).slice(0, 16)}</dd>
        <dt>${say('addWay')}</dt><dd>${say(`addWay.${f.add_way}`)}</dd>
        <dt>state</dt><dd><code>${f.state || say('none')}</code></dd>
        <dt>external_userid</dt><dd><code>${id}</code></dd>
      </dl>
      <div class="buttons"><button class="danger" data-testid="delete-customer" onClick=${remove}>${say('deleteCustomer')}</button></div>`
      }
    </div>`;
}

/** Remark, description and tags of one relation. */
function FollowForm({ f }) {
  const { say, corpID, act, toast } = useWorld();
  const { data } = useData(address('/_sim/tags', { corp: corpID }), ['tag']);
  const groups = data?.groups ?? [];
  const [remark, setRemark] = useState(f.remark ?? '');
  const [description, setDescription] = useState(f.description ?? '');
  const pair = { person: f.external_userid, member: f.userid };
  // Somebody else (the API) may change them meanwhile.
  useEffect(() => setRemark(f.remark ?? ''), [f.remark]);
  useEffect(() => setDescription(f.description ?? ''), [f.description]);
  const save = async (e) => {
    e.preventDefault();
    if (await act('/_sim/acts/edit-follow', { ...pair, remark, description })) toast(say('saved'));
  };
  const all = groups.flatMap((g) => g.tags);
  // The relation tells names of tags; names are unique in a group only.
  const has = (t) => f.tags.includes(t.name);
  const toggle = (t) => {
    const tags = all.filter((x) => (x.id === t.id ? !has(t) : has(x))).map((x) => x.id);
    act('/_sim/acts/edit-follow', { ...pair, tags });
  };
  const personal = f.tags.filter((name) => !all.some((t) => t.name === name));
  return html`<form class="fields" onSubmit=${save}>
      <label>${say('remark')}<input value=${remark} maxlength="20" data-testid="remark" onInput=${(e) => setRemark(e.currentTarget.value)} /></label>
      <label>${say('description')}<textarea rows="2" value=${description} data-testid="description" onInput=${(e) => setDescription(e.currentTarget.value)}></textarea></label>
      <button data-testid="save-remark" disabled=${remark === (f.remark ?? '') && description === (f.description ?? '')}>${say('save')}</button>
    </form>
    <h3 class="section">${say('tags')}</h3>
    <div class="tags">
      ${personal.length > 0 && html`<div role="group" aria-label=${say('personalTags')}><small>${say('personalTags')}</small>${personal.map((name) => html`<span class="tag on" key=${name}>${name}</span>`)}</div>`}
      ${groups.map(
        (g) => html`<div key=${g.id} role="group" aria-label=${g.name}><small>${g.name}</small>
        ${g.tags.map((t) => html`<button key=${t.id} class=${cls('tag', has(t) && 'on')} aria-pressed=${has(t)} data-testid=${`tag-${t.id}`} onClick=${() => toggle(t)}>${t.name}</button>`)}
      </div>`,
      )}
    </div>`;
}

function Colleagues() {
  const { say, corpID, members } = useWorld();
  const phone = usePhone();
  const { data, error } = useData(address('/_sim/departments', { corp: corpID }), ['department']);
  if (!data) return html`<${Waiting} error=${error} />`;
  return data.departments
    .map((d) => ({ d, people: members.filter((m) => m.departments.includes(d.id)) }))
    .filter((x) => x.people.length > 0)
    .map(
      ({ d, people }) => html`<h3 class="section" key=${d.id}>${d.name} (${people.length})</h3>
      <ul class="list">${people.map(
        (m) => html`<${Row} key=${m.userid} picture=${m.avatar} title=${m.name} note=${m.position}
        side=${memberNote(m, say)} testid=${`colleague-${m.userid}`} onClick=${() => phone.go('colleague', { userid: m.userid })} />`,
      )}</ul>`,
    );
}

/** @param {{userid: string}} props */
export function Colleague({ userid }) {
  const { say, members, member, setMember } = useWorld();
  const m = members.find((x) => x.userid === userid);
  if (!m) return html`<${Head} title=${say('details')} back /><${Empty} text=${say('memberGone')} />`;
  return html`<${Head} title=${say('details')} back />
    <div class="scroll">
      <div class="idcard"><img class="avatar big" src=${m.avatar} alt="" /><div><b>${m.name}</b><small>${m.position}</small></div></div>
      <dl class="facts"><dt>${say('account')}</dt><dd><code>${m.userid}</code></dd><dt>${say('status')}</dt><dd>${memberNote(m, say) || say('active')}</dd>
        <dt>${say('customers')}</dt><dd>${m.customers}</dd></dl>
      ${m.userid !== member.userid && html`<div class="buttons"><button class="primary" data-testid="switch-member" onClick=${() => setMember(m.userid)}>${say('showHisPhone')}</button></div>`}
    </div>`;
}
