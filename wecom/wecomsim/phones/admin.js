// What an administrator does in WeCom's console: members, customer tags, groups.
import { address } from './api.js';
import { facePicture, groupName, useGroups } from './group.js';
import { useData } from './live.js';
import { memberNote } from './select.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** A button that asks once more before it does what cannot be undone. */
function Twice({ testid, text, sure, run }) {
  const [asked, ask] = useState(false);
  const press = () => {
    if (asked) run();
    ask(!asked);
  };
  return html`<button class="tool wide danger" data-testid=${testid} onBlur=${() => ask(false)} onClick=${press}>${asked ? sure : text}</button>`;
}

export function Members() {
  const { say, member, members, setMember, act, toast } = useWorld();
  const change = (fields) => act('/_sim/acts/change-member', { member: member.userid, ...fields });
  if (!member) return html`<div class="panelbody"><${NewMember} /></div>`;
  const disabled = member.status === 2;
  const resign = async () => {
    if (await act('/_sim/acts/resign', { member: member.userid }))
      toast(say('resigned', { name: member.name }));
  };
  return html`<div class="panelbody">
    <label class="pick">${say('member')}<select value=${member.userid} data-testid="admin-member" onChange=${(e) => setMember(e.currentTarget.value)}>
      ${members.map((m) => html`<option key=${m.userid} value=${m.userid}>${m.name} · ${m.userid}</option>`)}</select></label>
    <div class="idcard"><img class="avatar" src=${member.avatar} alt="" /><div><b>${member.name}</b><small>${member.userid} · ${memberNote(member, say) || say('active')} · ${say('customersOf', { n: member.customers })}</small></div></div>
    <div class="buttons">
      <button class="tool wide" data-testid="toggle-contact" aria-pressed=${member.may_contact} onClick=${() => change({ may_contact: !member.may_contact })}>${member.may_contact ? say('contactOff') : say('contactOn')}</button>
      <button class="tool wide" data-testid="toggle-disabled" aria-pressed=${disabled} onClick=${() => change({ status: disabled ? 1 : 2 })}>${disabled ? say('enable') : say('disable')}</button>
      <${Twice} testid="resign" text=${say('resign')} sure=${say('resignSure', { name: member.name })} run=${resign} />
    </div>
    <${EditMember} key=${member.userid} />
    <${NewMember} />
  </div>`;
}

function EditMember() {
  const { say, corpID, member, setMember, act, toast } = useWorld();
  const departments =
    useData(address('/_sim/departments', { corp: corpID }), ['department']).data?.departments ?? [];
  const [name, setName] = useState(member.name);
  const [position, setPosition] = useState(member.position);
  const [department, setDepartment] = useState(member.departments[0]);
  const [userid, setUserID] = useState(member.userid);
  const save = async (e) => {
    e.preventDefault();
    const body = { member: member.userid };
    if (name !== member.name) body.name = name;
    if (position !== member.position) body.position = position;
    if (department !== member.departments[0]) body.departments = [department];
    const others = Object.keys(body).length > 1;
    if (others && !(await act('/_sim/acts/change-member', body))) return;
    const moved = userid.trim() !== member.userid;
    if (moved && !(await act('/_sim/acts/change-userid', { member: member.userid, userid: userid.trim() })))
      return;
    if (moved) setMember(userid.trim());
    if (others || moved) toast(say('saved'));
  };
  return html`<form class="fields" onSubmit=${save}>
    <h3>${say('changeMember')}</h3>
    <label>${say('name')}<input required maxlength="64" value=${name} data-testid="member-name" onInput=${(e) => setName(e.currentTarget.value)} /></label>
    <label>${say('position')}<input maxlength="64" value=${position} data-testid="member-position" onInput=${(e) => setPosition(e.currentTarget.value)} /></label>
    <label>${say('department')}<select value=${String(department)} data-testid="member-department" onChange=${(e) => setDepartment(Number(e.currentTarget.value))}>
      ${departments.map((d) => html`<option key=${d.id} value=${String(d.id)}>${d.name}</option>`)}</select></label>
    ${
      member.userid_changeable &&
      html`<label>${say('accountOnce')}<input required maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9_@.\\-]*" value=${userid} data-testid="member-userid" onInput=${(e) => setUserID(e.currentTarget.value)} /></label>`
    }
    <button class="tool wide" data-testid="member-save">${say('save')}</button>
  </form>`;
}

function NewMember() {
  const { say, act, setMember, toast } = useWorld();
  const [userid, setUserID] = useState('');
  const [name, setName] = useState('');
  const make = async (e) => {
    e.preventDefault();
    const made = await act('/_sim/acts/join-member', { userid: userid.trim(), name: name.trim() });
    if (!made) return;
    toast(say('joined', { name: made.name }));
    setUserID('');
    setName('');
    setMember(made.userid);
  };
  return html`<form class="fields" onSubmit=${make}>
    <h3>${say('newMember')}</h3>
    <label>${say('name')}<input required maxlength="64" value=${name} data-testid="newmember-name" onInput=${(e) => setName(e.currentTarget.value)} /></label>
    <label>${say('accountOrNone')}<input maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9_@.\\-]*" value=${userid} placeholder="zhangsan" data-testid="newmember-userid" onInput=${(e) => setUserID(e.currentTarget.value)} /></label>
    <button class="tool wide primary" data-testid="newmember-create">${say('join')}</button>
  </form>`;
}

export function Tags() {
  const { corpID } = useWorld();
  const { data, error } = useData(address('/_sim/tags', { corp: corpID }), ['tag']);
  if (!data) return html`<p class="empty">${error?.message ?? '…'}</p>`;
  return html`<div class="panelbody" data-testid="admin-tags">
    ${data.groups.map(
      (g) => html`<section class="taggroup" key=${g.id} aria-label=${g.name}>
      <${Name} kind="group" group=${g.id} name=${g.name} />
      <ul>${g.tags.map((t) => html`<li key=${t.id}><${Name} kind="tag" group=${g.id} tag=${t.id} name=${t.name} /></li>`)}</ul>
      <${AddTag} group=${g.id} />
    </section>`,
    )}
    <${AddTag} />
  </div>`;
}

/** Name of a tag or group, to be changed in place. */
function Name({ kind, group, tag, name }) {
  const { say, act } = useWorld();
  const [text, setText] = useState(name);
  const id = tag ?? group;
  const rename = (e) => {
    e.preventDefault();
    if (text.trim() && text !== name)
      act('/_sim/acts/change-tag', { action: 'update', group, tag, name: text.trim() });
  };
  return html`<form class=${`namerow ${kind}`} onSubmit=${rename}>
    <input value=${text} maxlength="30" aria-label=${say(`name.${kind}`)} data-testid=${`rename-${id}`} onInput=${(e) => setText(e.currentTarget.value)} />
    ${text !== name && html`<button class="tool wide primary" data-testid=${`rename-save-${id}`}>${say('rename')}</button>`}
    <${Twice} testid=${`delete-${id}`} text=${say('delete')} sure=${say('sure')} run=${() => act('/_sim/acts/change-tag', { action: 'delete', group, tag })} />
  </form>`;
}

function AddTag({ group }) {
  const { say, act } = useWorld();
  const [groupTitle, setGroupTitle] = useState('');
  const [name, setName] = useState('');
  const add = async (e) => {
    e.preventDefault();
    const made = await act('/_sim/acts/change-tag', {
      action: 'create',
      group,
      name: name.trim(),
      group_name: group ? undefined : groupTitle.trim(),
    });
    if (!made) return;
    setName('');
    setGroupTitle('');
  };
  const where = group ?? 'new';
  return html`<form class=${group ? 'namerow' : 'fields'} onSubmit=${add}>
    ${!group && html`<h3>${say('newTagGroup')}</h3><input required maxlength="15" value=${groupTitle} placeholder=${say('tagGroupName')} aria-label=${say('tagGroupName')} data-testid="newgroup-tag-group" onInput=${(e) => setGroupTitle(e.currentTarget.value)} />`}
    <input required maxlength="30" value=${name} placeholder=${say(group ? 'newTag' : 'firstTag')} aria-label=${say(group ? 'newTag' : 'firstTag')} data-testid=${`newtag-${where}`} onInput=${(e) => setName(e.currentTarget.value)} />
    <button class="tool wide" data-testid=${`newtag-create-${where}`}>${say('create')}</button>
  </form>`;
}

export function Groups() {
  const { say } = useWorld();
  const groups = useGroups();
  const [chosen, choose] = useState('');
  if (!groups.data) return html`<p class="empty">${groups.error?.message ?? '…'}</p>`;
  const list = groups.data.groups;
  const g = list.find((x) => x.chat_id === chosen) ?? list[0];
  return html`<div class="panelbody">
    <label class="pick">${say('group')}<select value=${g?.chat_id ?? ''} data-testid="admin-group" onChange=${(e) => choose(e.currentTarget.value)}>
      ${list.map((x) => html`<option key=${x.chat_id} value=${x.chat_id}>${groupName(x, say)} (${x.members.length})</option>`)}</select></label>
    ${g ? html`<${GroupActs} key=${g.chat_id} g=${g} />` : html`<p class="empty">${say('noGroups')}</p>`}
  </div>`;
}

function GroupActs({ g }) {
  const { say, corpID, members, member, person, act, toast, show } = useWorld();
  const owner = members.find((m) => m.userid === g.owner);
  const hasPerson = person && g.members.some((m) => m.person === person.id);
  const hasMember = member && g.members.some((m) => m.type === 1 && m.id === member.userid);
  const told = async (path, body) => (await act(path, { group: g.chat_id, ...body })) && toast(say('saved'));
  return html`<dl class="keys"><dt>chat_id</dt><dd><code>${g.chat_id}</code></dd><dt>${say('status')}</dt><dd>${g.status === 1 ? say('ownerLeft') : say('normal')}</dd></dl>
    <label class="pick">${say('owner')}<select value=${g.owner} data-testid="group-owner" onChange=${(e) => told('/_sim/acts/change-owner', { owner: e.currentTarget.value })}>
      ${!owner && html`<option value=${g.owner}>${g.owner}</option>`}
      ${members.filter((m) => m.may_contact || m.userid === g.owner).map((m) => html`<option key=${m.userid} value=${m.userid}>${m.name} · ${m.userid}</option>`)}</select></label>
    <div class="buttons">
      ${person && html`<button class="tool wide" data-testid="group-person" onClick=${() => told(hasPerson ? '/_sim/acts/leave-group' : '/_sim/acts/join-group', { person: person.id })}>${say(hasPerson ? 'letLeave' : 'letJoin', { name: person.name })}</button>`}
      ${member && g.owner !== member.userid && html`<button class="tool wide" data-testid="group-member" onClick=${() => told(hasMember ? '/_sim/acts/leave-group' : '/_sim/acts/join-group', { member: member.userid, invitor: hasMember ? undefined : g.owner })}>${say(hasMember ? 'letLeave' : 'letJoin', { name: member.name })}</button>`}
      ${hasMember && html`<button class="tool wide" onClick=${() => show('member', { view: 'group', about: { id: g.chat_id } })}>${say('showOnPhone')}</button>`}
      <${Twice} testid="group-dismiss" text=${say('dismiss')} sure=${say('sure')} run=${() => told('/_sim/acts/dismiss-group', {})} />
    </div>
    <ul class="faces">${g.members.slice(0, 60).map((m) => html`<li key=${m.id} title=${m.name}><img class="avatar" src=${facePicture(corpID, m)} alt=${m.name} /></li>`)}</ul>`;
}
