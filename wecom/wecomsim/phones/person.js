// The customer's WeChat: chats, contacts, the scanner, and who he is.
import { ChatList, Conversation } from './chat.js';
import { GroupChat, GroupRows, GroupSheet, groupName, groupPicture, useGroups } from './group.js';
import { Empty, Head, PhoneFrame, Row, usePhone, Waiting } from './phone.js';
import { Scanner } from './scan.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** The relations in which the person still has the member in his list. */
const friends = (person) => (person.follows ?? []).filter((f) => f.by_customer);

export const memberPicture = (corpID, userid) =>
  `/avatars/member/${corpID}/${encodeURIComponent(userid)}.svg`;

export function PersonPhone() {
  const { say } = useWorld();
  const tabs = [
    { key: 'chats', icon: 'chat', label: say('weChat') },
    { key: 'contacts', icon: 'contacts', label: say('contacts') },
    { key: 'scan', icon: 'scan', label: say('scan') },
    { key: 'me', icon: 'person', label: say('me') },
  ];
  return html`<${PhoneFrame} side="person" tabs=${tabs} pages=${pages} first="chats" />`;
}

function Chats() {
  const { say, person } = useWorld();
  const phone = usePhone();
  const known = (person.follows ?? []).length > 0;
  return html`<${Head} title=${say('weChat')} />
    <div class="scroll">
      ${
        !known &&
        html`<div class="invite"><p>${say('firstScan')}</p>
        <button class="primary" data-testid="go-scan" onClick=${() => phone.toTab('scan')}>${say('scan')}</button></div>`
      }
      <${ChatList} side="person" owner=${person.id} empty=${known ? say('noChats') : ''} />
    </div>`;
}

/** @param {{chat: string}} props */
function Chat({ chat }) {
  const { say, corpID, corp, person, members, act } = useWorld();
  const phone = usePhone();
  if (chat.startsWith('group:')) return html`<${GroupChat} side="person" id=${chat.slice(6)} />`;
  const external = person.external_userid ?? '';
  const userid = chat.slice('direct:'.length, -external.length - 1);
  const relation = (person.follows ?? []).find((f) => f.userid.toLowerCase() === userid.toLowerCase());
  const member = members.find((m) => m.userid.toLowerCase() === userid.toLowerCase());
  const name = relation?.member_name ?? member?.name ?? userid;
  const real = relation?.userid ?? member?.userid ?? userid;
  const hint = relation?.half ? say('waitAccept', { name }) : relation?.blocked ? say('youBlocked') : '';
  const gone = !relation?.by_customer;
  const answer = (m) => m.transfer && m.transfer === person.transfer?.id && html`<${Takeover} />`;
  return html`<${Conversation} side="person" owner=${person.id} chat=${chat} me=${external} title=${`${name}@${corp.name}`}
    detail=${relation && (() => phone.go('contact', { userid: real }))} hint=${hint} answer=${answer} closed=${gone ? say('notFriends', { name }) : ''}
    faceOf=${(from) => (from === external ? { name: person.name, picture: person.avatar } : { name, picture: memberPicture(corpID, real) })}
    send=${(text) => act('/_sim/acts/say', { person: person.id, member: real, by: 'person', text })} />`;
}

/** What the customer may answer when another member is to serve him. */
function Takeover() {
  const { say, person, act } = useWorld();
  return html`<div class="answers">
    <button data-testid="transfer-refuse" onClick=${() => act('/_sim/acts/refuse-transfer', { person: person.id })}>${say('notNow')}</button>
    <button class="primary" data-testid="transfer-accept" onClick=${() => act('/_sim/acts/accept-transfer', { person: person.id })}>${say('addNow')}</button>
  </div>`;
}

function Contacts() {
  const { say, corp, corpID, person } = useWorld();
  const phone = usePhone();
  const list = friends(person);
  return html`<${Head} title=${say('contacts')} />
    <div class="scroll">
      <ul class="list"><${Row} icon="group" title=${say('groupChats')} testid="person-groups-open" onClick=${() => phone.go('groups')} /></ul>
      <h3 class="section">${say('membersAdded', { n: list.length })}</h3>
      <ul class="list" data-testid="person-contacts">
        ${list.map(
          (
            f,
          ) => html`<${Row} key=${f.userid} picture=${memberPicture(corpID, f.userid)} title=${f.member_name || f.userid}
          note=${f.blocked ? say('blocked') : f.half ? say('waiting') : `@${corp.name}`} testid=${`contact-${f.userid}`}
          onClick=${() => phone.go('contact', { userid: f.userid })} />`,
        )}
      </ul>
      ${list.length === 0 && html`<${Empty} text=${say('noMembersAdded')} />`}
    </div>`;
}

/** One member as the customer sees him. @param {{userid: string}} props */
function Contact({ userid }) {
  const { say, corp, corpID, person, act, toast, setMember } = useWorld();
  const phone = usePhone();
  const f = (person.follows ?? []).find((x) => x.userid === userid);
  if (!f) return html`<${Head} title=${say('details')} back /><${Empty} text=${say('relationGone')} />`;
  const name = f.member_name || userid;
  const pair = { person: person.id, member: userid };
  const remove = () =>
    phone.ask({
      text: say('deleteMemberAsk', { name }),
      action: say('deleteContact'),
      run: async () => {
        if (!(await act('/_sim/acts/delete-member', pair))) return;
        toast(say('memberDeleted', { name }));
        phone.toTab('contacts');
      },
    });
  return html`<${Head} title=${say('details')} back />
    <div class="scroll">
      <div class="idcard"><img class="avatar big" src=${memberPicture(corpID, userid)} alt="" />
        <div><b>${name}</b><span class="corpmark">@${corp.name}</span><small>${userid}</small></div></div>
      ${f.half && html`<p class="hint">${say('waitAccept', { name })}</p>`}
      ${
        f.by_customer
          ? html`<div class="buttons">
            <button class="primary" data-testid="talk" onClick=${() => phone.go('chat', { chat: `direct:${userid.toLowerCase()}:${person.external_userid}` })}>${say('sendMessage')}</button>
            <button data-testid="consent" onClick=${async () => (await act('/_sim/acts/consent', pair)) && toast(say('consented'))}>${say('consent')}</button>
            <button data-testid="block-member" aria-pressed=${!!f.blocked} onClick=${() => act('/_sim/acts/block', { ...pair, undo: !!f.blocked })}>${f.blocked ? say('unblock') : say('block')}</button>
            <button class="danger" data-testid="delete-member" onClick=${remove}>${say('deleteContact')}</button>
          </div>`
          : html`<p class="hint">${say('youDeleted')}</p>
          <div class="buttons"><button class="primary" data-testid="add-again" onClick=${() => act('/_sim/acts/add', pair)}>${say('addAgain')}</button></div>`
      }
      <div class="buttons"><button class="quiet" onClick=${() => setMember(userid)}>${say('showHisPhone')}</button></div>
    </div>`;
}

function Groups() {
  const { say } = useWorld();
  const phone = usePhone();
  const [q, setQ] = useState('');
  return html`<${Head} title=${say('groupChats')} back />
    <div class="scroll">
      <${GroupRows} side="person" pick=${(g) => phone.go('chat', { chat: `group:${g.chat_id}` })} />
      <h3 class="section">${say('otherGroups')}</h3>
      <input class="filter" type="search" value=${q} placeholder=${say('findGroup')} aria-label=${say('findGroup')} data-testid="group-search"
        onInput=${(e) => setQ(e.currentTarget.value)} />
      <${OtherGroups} q=${q} />
    </div>`;
}

function OtherGroups({ q }) {
  const { say, person, act } = useWorld();
  const phone = usePhone();
  const groups = useGroups();
  if (!groups.data) return html`<${Waiting} error=${groups.error} />`;
  const others = groups.data.groups.filter(
    (g) => !g.members.some((m) => m.person === person.id) && groupName(g, say).includes(q),
  );
  const join = async (g) =>
    (await act('/_sim/acts/join-group', { group: g.chat_id, person: person.id })) &&
    phone.go('chat', { chat: `group:${g.chat_id}` });
  return html`<ul class="list">
    ${others.slice(0, 40).map(
      (g) => html`<li key=${g.chat_id} class="row">
      <img class="avatar" src=${groupPicture(g.chat_id)} alt="" />
      <span class="rowtext"><span class="rowtitle">${groupName(g, say)}</span><span class="rownote">${say('people', { n: g.members.length })}</span></span>
      <button class="small" data-testid=${`join-${g.chat_id}`} onClick=${() => join(g)}>${say('scanJoin')}</button>
    </li>`,
    )}
    ${others.length === 0 && html`<${Empty} text=${say('noGroups')} />`}
  </ul>`;
}

function Me() {
  const { say, person } = useWorld();
  return html`<${Head} title=${say('me')} />
    <div class="scroll">
      <div class="idcard"><img class="avatar big" src=${person.avatar} alt="" /><div><b>${person.name}</b><small>${say('wechatID')} ${person.id}</small></div></div>
      <dl class="facts">
        <dt>${say('kind')}</dt><dd>${person.type === 2 ? say('wecomUser') : say('wechatUser')}</dd>
        <dt>external_userid</dt><dd><code data-testid="external-userid">${person.external_userid ?? say('notKnownYet')}</code></dd>
        <dt>unionid</dt><dd><code>${person.unionid ?? say('none')}</code></dd>
        <dt>${say('membersHas')}</dt><dd>${friends(person).length}</dd>
      </dl>
    </div>`;
}

const pages = {
  chats: Chats,
  chat: Chat,
  contacts: Contacts,
  contact: Contact,
  groups: Groups,
  group: (p) => html`<${GroupSheet} side="person" ...${p} />`,
  scan: Scanner,
  me: Me,
};
