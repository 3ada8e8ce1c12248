// Customer groups on both phones: who is in, and what one may do there.
import { address } from './api.js';
import { Conversation } from './chat.js';
import { useData } from './live.js';
import { Empty, Head, Row, usePhone, Waiting } from './phone.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** All groups of the corp, read again when one changes. */
export function useGroups() {
  const { corpID } = useWorld();
  return useData(address('/_sim/groups', { corp: corpID }), ['group']);
}

export const groupName = (g, say) => g.name || say('unnamedGroup');
export const groupPicture = (id) => `/avatars/group/${encodeURIComponent(id)}.svg`;

/** Picture of somebody in a group. */
export function facePicture(corpID, m) {
  return m.type === 1
    ? `/avatars/member/${corpID}/${encodeURIComponent(m.id)}.svg`
    : `/avatars/person/${encodeURIComponent(m.person)}.svg`;
}

/** Whether somebody takes part: the holder of the phone. */
const takesPart = (g, side, member, person) =>
  g.members.some((m) =>
    side === 'member' ? m.type === 1 && m.id === member?.userid : m.person === person?.id,
  );

/** Groups of the phone's holder. @param {{side: 'member'|'person', pick: (g: any) => void}} props */
export function GroupRows({ side, pick }) {
  const { say, member, person } = useWorld();
  const groups = useGroups();
  if (!groups.data) return html`<${Waiting} error=${groups.error} />`;
  const mine = groups.data.groups.filter((g) => takesPart(g, side, member, person));
  if (mine.length === 0) return html`<${Empty} text=${say('noGroups')} />`;
  return html`<ul class="list" data-testid=${`${side}-groups`}>
    ${mine.map(
      (g) => html`<${Row} key=${g.chat_id} picture=${groupPicture(g.chat_id)} title=${groupName(g, say)}
      note=${g.status === 1 ? say('ownerLeft') : g.owner === member?.userid && side === 'member' ? say('iAmOwner') : ''}
      side=${say('people', { n: g.members.length })} testid=${`group-${g.chat_id}`} onClick=${() => pick(g)} />`,
    )}
  </ul>`;
}

/** A group's conversation. @param {{side: 'member'|'person', id: string}} props */
export function GroupChat({ side, id }) {
  const { say, corpID, member, person, act } = useWorld();
  const phone = usePhone();
  const groups = useGroups();
  const g = groups.data?.groups.find((x) => x.chat_id === id);
  const inside = g && takesPart(g, side, member, person);
  const me = side === 'member' ? member.userid : (g?.members.find((m) => m.person === person.id)?.id ?? '-');
  const faceOf = (from) => {
    const m = g?.members.find((x) => x.id === from);
    return m ? { name: m.name, picture: facePicture(corpID, m) } : { name: from, picture: groupPicture(id) };
  };
  const who = side === 'member' ? { member: member.userid } : { person: person.id };
  return html`<${Conversation} side=${side} owner=${side === 'member' ? member.userid : person.id} chat=${`group:${id}`} me=${me}
    title=${g ? `${groupName(g, say)} (${g.members.length})` : say('unnamedGroup')} detail=${() => phone.go('group', { id })} faceOf=${faceOf}
    closed=${groups.data && !inside ? say('notInGroup') : ''} send=${(text) => act('/_sim/acts/say-in-group', { group: id, ...who, text })} />`;
}

/** What there is to know and do about a group. @param {{side: 'member'|'person', id: string}} props */
export function GroupSheet({ side, id }) {
  const { say, corpID, member, person, act } = useWorld();
  const phone = usePhone();
  const groups = useGroups();
  const g = groups.data?.groups.find((x) => x.chat_id === id);
  if (!g)
    return html`<${Head} title=${say('group')} back /><${Waiting} error=${groups.data ? new Error(say('groupGone')) : groups.error} />`;
  const owner = side === 'member' && g.owner === member.userid;
  const inside = takesPart(g, side, member, person);
  const who = side === 'member' ? { member: member.userid } : { person: person.id };
  const guest = person && !g.members.some((m) => m.person === person.id);
  const leave = () =>
    phone.ask({
      text: say('leaveGroupAsk', { name: groupName(g, say) }),
      action: say('leaveGroup'),
      run: async () =>
        (await act('/_sim/acts/leave-group', { group: id, ...who })) &&
        phone.toTab(side === 'member' ? 'groups' : 'contacts'),
    });
  const dismiss = () =>
    phone.ask({
      text: say('dismissAsk', { name: groupName(g, say) }),
      action: say('dismiss'),
      run: async () => (await act('/_sim/acts/dismiss-group', { group: id })) && phone.toTab('groups'),
    });
  const expel = (m) =>
    phone.ask({
      text: say('expelAsk', { name: m.name }),
      action: say('expel'),
      run: () =>
        act('/_sim/acts/leave-group', {
          group: id,
          removed: true,
          ...(m.type === 1 ? { member: m.id } : { person: m.person }),
        }),
    });
  return html`<${Head} title=${groupName(g, say)} back />
    <div class="scroll">
      ${owner ? html`<${RenameForm} key=${id} g=${g} />` : html`<dl class="facts"><dt>${say('notice')}</dt><dd>${g.notice || say('none')}</dd></dl>`}
      <div class="buttons">
        ${
          inside
            ? html`<button class="primary" data-testid="group-talk" onClick=${() => phone.go('chat', { chat: `group:${id}` })}>${say('enterChat')}</button>`
            : html`<button class="primary" data-testid="join-group" onClick=${() => act('/_sim/acts/join-group', { group: id, ...who })}>${say('joinGroup')}</button>`
        }
        ${
          side === 'member' &&
          inside &&
          guest &&
          html`<button data-testid="invite-person" onClick=${() =>
            act('/_sim/acts/join-group', {
              group: id,
              person: person.id,
              invitor: member.userid,
            })}>${say('invite', { name: person.name })}</button>`
        }
        ${inside && !owner && html`<button class="danger" data-testid="leave-group" onClick=${leave}>${say('leaveGroup')}</button>`}
        ${owner && html`<button class="danger" data-testid="dismiss-group" onClick=${dismiss}>${say('dismiss')}</button>`}
      </div>
      <h3 class="section">${say('groupMembers', { n: g.members.length })}</h3>
      <ul class="list">
        ${g.members.map(
          (m) => html`<li key=${m.id} class="row">
          <img class="avatar" src=${facePicture(corpID, m)} alt="" />
          <span class="rowtext"><span class="rowtitle">${m.name}</span>
            <span class="rownote">${m.id === g.owner ? say('owner') : m.type === 1 ? say('colleague') : say('customer')}</span></span>
          ${owner && m.id !== g.owner && html`<button class="small" data-testid=${`expel-${m.person || m.id}`} onClick=${() => expel(m)}>${say('expel')}</button>`}
        </li>`,
        )}
      </ul>
    </div>`;
}

function RenameForm({ g }) {
  const { say, act, toast } = useWorld();
  const [name, setName] = useState(g.name);
  const [notice, setNotice] = useState(g.notice ?? '');
  const save = async (e) => {
    e.preventDefault();
    const change = { group: g.chat_id };
    if (name !== g.name) change.name = name;
    if (notice !== (g.notice ?? '')) change.notice = notice;
    if ('name' in change || 'notice' in change)
      (await act('/_sim/acts/rename-group', change)) && toast(say('saved'));
  };
  return html`<form class="fields" onSubmit=${save}>
    <label>${say('groupName')}<input value=${name} maxlength="60" data-testid="group-name" onInput=${(e) => setName(e.currentTarget.value)} /></label>
    <label>${say('notice')}<textarea rows="2" value=${notice} data-testid="group-notice" onInput=${(e) => setNotice(e.currentTarget.value)}></textarea></label>
    <button data-testid="group-save">${say('save')}</button>
  </form>`;
}
