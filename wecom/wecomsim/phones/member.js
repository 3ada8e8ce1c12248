// The member's WeCom: chats, contacts, customer groups, apps, and who he is.
import { address } from './api.js';
import { AppChat, Apps, useAppLines, useAppMessages } from './apps.js';
import { ChatList, Conversation } from './chat.js';
import { Colleague, Contacts, Customer } from './contacts.js';
import { GroupChat, GroupRows, GroupSheet } from './group.js';
import { useData } from './live.js';
import { Head, PhoneFrame, usePhone } from './phone.js';
import { memberNote } from './select.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

export function MemberPhone() {
  const { say, member } = useWorld();
  const { unread } = useAppMessages(member.userid);
  const tabs = [
    { key: 'chats', icon: 'chat', label: say('messages'), badge: unread },
    { key: 'contacts', icon: 'contacts', label: say('contacts') },
    { key: 'groups', icon: 'group', label: say('customerGroups') },
    { key: 'apps', icon: 'grid', label: say('workbench') },
    { key: 'me', icon: 'person', label: say('me') },
  ];
  return html`<${PhoneFrame} side="member" tabs=${tabs} pages=${pages} first="chats" />`;
}

function Chats() {
  const { say, member } = useWorld();
  return html`<${Head} title=${say('messages')} />
    <div class="scroll"><${ChatList} side="member" owner=${member.userid} empty=${say('noChats')} more=${useAppLines()} /></div>`;
}

/** @param {{chat: string}} props */
function Chat({ chat }) {
  const { member } = useWorld();
  if (chat.startsWith('group:')) return html`<${GroupChat} side="member" id=${chat.slice(6)} />`;
  return html`<${CustomerChat} chat=${chat} external=${chat.slice(`direct:${member.userid}:`.length)} />`;
}

/** @param {{chat: string, external: string}} props */
function CustomerChat({ chat, external }) {
  const { say, corpID, member, act } = useWorld();
  const phone = usePhone();
  const { data: person } = useData(address(`/_sim/people/${external}`, { corp: corpID }), [
    'follow',
    'person',
  ]);
  const f = person?.follows?.find((x) => x.userid === member.userid);
  const name = f?.remark || person?.name || external;
  const accept = () => act('/_sim/acts/accept', { person: external, member: member.userid });
  const hint =
    f?.half &&
    html`${say('askedYou', { name })} <button class="small primary" data-testid="accept" onClick=${accept}>${say('accept')}</button>`;
  const picture = person?.avatar ?? `/avatars/person/${external}.svg`;
  return html`<${Conversation} side="member" owner=${member.userid} chat=${chat} me=${member.userid}
    title=${html`${name} <span class="wechatmark">@${say(person?.type === 2 ? 'weCom' : 'weChat')}</span>`}
    detail=${() => phone.go('customer', { id: external })} hint=${hint} closed=${person && !f?.by_member ? say('customerGone') : ''}
    faceOf=${(from) => (from === member.userid ? { name: member.name, picture: member.avatar } : { name, picture })}
    send=${(text) => act('/_sim/acts/say', { person: external, member: member.userid, by: 'member', text })} />`;
}

function Groups() {
  const { say } = useWorld();
  const phone = usePhone();
  return html`<${Head} title=${say('customerGroups')}>
      <button class="headbutton" aria-label=${say('newGroup')} title=${say('newGroup')} data-testid="group-new" onClick=${() => phone.go('newgroup')}>＋</button>
    </${Head}>
    <div class="scroll"><${GroupRows} side="member" pick=${(g) => phone.go('group', { id: g.chat_id })} /></div>`;
}

function NewGroup() {
  const { say, member, person, act } = useWorld();
  const phone = usePhone();
  const [name, setName] = useState('');
  const [withHim, setWithHim] = useState(true);
  const make = async (e) => {
    e.preventDefault();
    const people = withHim && person ? [person.id] : [];
    const made = await act('/_sim/acts/create-group', { owner: member.userid, name: name.trim(), people });
    if (made) phone.replace('group', { id: made.chat_id });
  };
  return html`<${Head} title=${say('newGroup')} back />
    <form class="scroll fields" onSubmit=${make}>
      <label>${say('groupName')}<input required maxlength="60" value=${name} data-testid="newgroup-name" onInput=${(e) => setName(e.currentTarget.value)} /></label>
      ${person && html`<label class="check"><input type="checkbox" checked=${withHim} onChange=${(e) => setWithHim(e.currentTarget.checked)} />${say('withHim', { name: person.name })}</label>`}
      <button class="primary" data-testid="newgroup-create">${say('create')}</button>
    </form>`;
}

function Me() {
  const { say, corpID, corp, member, setPanel } = useWorld();
  const { data } = useData(address('/_sim/departments', { corp: corpID }), ['department']);
  const departments = member.departments
    .map((id) => data?.departments.find((d) => d.id === id)?.name ?? id)
    .join(say('comma'));
  return html`<${Head} title=${say('me')} />
    <div class="scroll">
      <div class="idcard"><img class="avatar big" src=${member.avatar} alt="" /><div><b>${member.name}</b><span class="corpmark">${corp.name}</span><small>${member.position}</small></div></div>
      <dl class="facts">
        <dt>${say('account')}</dt><dd><code>${member.userid}</code></dd>
        <dt>${say('department')}</dt><dd>${departments}</dd>
        <dt>${say('status')}</dt><dd>${memberNote(member, say) || say('active')}</dd>
        <dt>${say('customerContact')}</dt><dd>${member.may_contact ? say('on') : say('off')}</dd>
        <dt>${say('customers')}</dt><dd data-testid="customer-count">${member.customers}</dd>
      </dl>
      <div class="buttons"><button data-testid="open-member-panel" onClick=${() => setPanel('members')}>${say('administrate')}</button></div>
    </div>`;
}

const pages = {
  chats: Chats,
  chat: Chat,
  contacts: Contacts,
  customer: Customer,
  colleague: Colleague,
  groups: Groups,
  newgroup: NewGroup,
  group: (p) => html`<${GroupSheet} side="member" ...${p} />`,
  apps: Apps,
  app: AppChat,
  me: Me,
};
