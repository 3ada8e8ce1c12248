// Apps on the member's phone: the workbench, and what apps send him.
import { address } from './api.js';
import { AppMessage, summary } from './card.js';
import { Composer } from './chat.js';
import { simulatedNow } from './clock.js';
import { useData } from './live.js';
import { Empty, Head, Row, usePhone, Waiting } from './phone.js';
import { chatTime, listTime } from './time.js';
import { html, useEffect, useLayoutEffect, useRef } from './view.js';
import { useWorld } from './words.js';

/** What apps sent to a member, newest first, and how much of it is unread. */
export function useAppMessages(userid) {
  const { corpID } = useWorld();
  const { data, error } = useData(
    address(`/_sim/members/${encodeURIComponent(userid)}/app-messages`, { corp: corpID }),
    ['app_message'],
    (c) => !c.member || c.member === userid,
  );
  const messages = data?.messages ?? [];
  const isUnread = (m) => !m.recalled && !(m.read_by ?? []).includes(userid);
  return { messages, isUnread, unread: messages.filter(isUnread).length, ready: !!data, error };
}

const picture = (corpID, agentid) => `/avatars/app/${corpID}/${agentid}.svg`;

/** Apps as lines of the list of chats, those that have sent something. */
export function useAppLines() {
  const { say, corpID, member, corp } = useWorld();
  const phone = usePhone();
  const { messages, isUnread } = useAppMessages(member.userid);
  const now = simulatedNow();
  return corp.apps
    .filter((a) => messages.some((m) => m.agentid === a.agentid))
    .map((a) => {
      const own = messages.filter((m) => m.agentid === a.agentid);
      const row = html`<${Row} key=${a.agentid} picture=${picture(corpID, a.agentid)} title=${html`${a.name}<span class="appmark">${say('app')}</span>`} note=${summary(own[0], say)}
        side=${listTime(own[0].at, now)} badge=${own.filter(isUnread).length} testid=${`app-chat-${a.agentid}`} onClick=${() => phone.go('app', { agentid: a.agentid })} />`;
      return { at: own[0].at, row };
    });
}

/** The conversation with an app. Messages are numbered from the newest, 1. @param {{agentid: number}} props */
export function AppChat({ agentid }) {
  const { say, corp, member, act } = useWorld();
  const phone = usePhone();
  const { messages, isUnread, ready, error } = useAppMessages(member.userid);
  const app = corp.apps.find((a) => a.agentid === agentid);
  const own = messages.filter((m) => m.agentid === agentid);
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    if (end.current?.parentElement)
      end.current.parentElement.scrollTop = end.current.parentElement.scrollHeight;
  }, [own.length]);
  const fresh = own.filter(isUnread);
  useEffect(() => {
    for (const m of fresh) act('/_sim/acts/read-app-message', { member: member.userid, msgid: m.msgid });
  }, [fresh.map((m) => m.msgid).join()]);
  const tell = (text) => act('/_sim/acts/tell-app', { member: member.userid, agentid, text });
  return html`<${Head} title=${app?.name ?? String(agentid)} back>
      ${homeOf(app) && html`<button class="headbutton text" data-testid="app-open" onClick=${() => enter(phone, act, member, app)}>${say('openApp')}</button>`}
    </${Head}>
    <div class="talk" data-testid="app-talk">
      ${!ready && html`<${Waiting} error=${error} />`}
      ${own
        .map(
          (
            m,
            i,
          ) => html`<div key=${m.msgid} class="appsaid" data-testid=${`app-message-${i + 1}`} data-msgtype=${m.msgtype}>
        <div class="line">${chatTime(m.at, simulatedNow())}</div>
        ${m.recalled ? html`<div class="line">${say('recalled')}</div>` : html`<${AppMessage} m=${m} />`}
      </div>`,
        )
        .reverse()}
      <i ref=${end}></i>
    </div>
    <${Composer} send=${tell} />`;
}

/** The page an app opens with: its own origin, known from where it hears callbacks. */
function homeOf(app) {
  return /^https?:\/\/[^/]+/.exec(app?.callback_url ?? '')?.[0] ?? '';
}

async function enter(phone, act, member, app) {
  // Entering an app is an event for it (enter_agent); it fails when he does not see the app.
  if (await act('/_sim/acts/tell-app', { member: member.userid, agentid: app.agentid }))
    phone.browse(`${homeOf(app)}/`);
}

/** The workbench: the corp's own apps. */
export function Apps() {
  const { say, corp, corpID, member, act } = useWorld();
  const phone = usePhone();
  const apps = corp.apps.filter((a) => a.kind === 'self_built');
  return html`<${Head} title=${say('workbench')} />
    <div class="scroll">
      <h3 class="section">${corp.name}</h3>
      <ul class="apps">
        ${apps.map(
          (a) => html`<li key=${a.agentid}><button data-testid=${`app-${a.agentid}`} disabled=${!a.enabled}
            onClick=${() => (homeOf(a) ? enter(phone, act, member, a) : phone.go('app', { agentid: a.agentid }))}>
          <img class="avatar big" src=${picture(corpID, a.agentid)} alt="" /><span>${a.name}</span>${!a.enabled && html`<small>${say('suspended')}</small>`}
        </button></li>`,
        )}
      </ul>
      <h3 class="section">${say('messagesOfApps')}</h3>
      <ul class="list">${apps.map(
        (a) => html`<${Row} key=${a.agentid} picture=${picture(corpID, a.agentid)} title=${a.name}
        note=${homeOf(a) ? a.callback_url : say('noCallback')} testid=${`app-line-${a.agentid}`} onClick=${() => phone.go('app', { agentid: a.agentid })} />`,
      )}</ul>
      ${apps.length === 0 && html`<${Empty} text=${say('noApps')} />`}
    </div>`;
}
