// Conversations as both phones show them: chats of two, and groups.
import { address } from './api.js';
import { simulatedNow } from './clock.js';
import { Icon } from './icons.js';
import { useData } from './live.js';
import { Empty, Head, Row, usePhone, Waiting } from './phone.js';
import { chatTime, listTime } from './time.js';
import { cls, html, useEffect, useLayoutEffect, useRef, useState } from './view.js';
import { useWorld } from './words.js';

/** Messages further apart than this get a line with the time, in milliseconds. */
const pause = 5 * 60_000;

/** What has been read, by side and chat: the seq of the last message seen. */
const seen = new Map();
const seenKey = (side, owner, chat) => `${side}/${owner}/${chat}`;

/** One line that stands for a message in lists. */
export function digest(message, say) {
  if (!message) return '';
  if (message.text) return message.text;
  const part = message.attachments?.[0];
  return part ? `[${say(`part.${part.kind}`)}]` : '';
}

/**
 * The chats of a member or a person, the newest first.
 * @param {{side: 'member'|'person', owner: string, empty: string, more?: {at: number, row: any}[]}} props
 *   more: other lines of the list, with their time
 */
export function ChatList({ side, owner, empty, more = [] }) {
  const { say, corpID } = useWorld();
  const phone = usePhone();
  const where = side === 'member' ? 'members' : 'people';
  const chats = useData(address(`/_sim/${where}/${encodeURIComponent(owner)}/chats`, { corp: corpID }), [
    'chat',
    'follow',
    'group',
  ]);
  const now = simulatedNow();
  const list = (chats.data?.chats ?? []).filter((c) => c.last);
  // What was there when the phone was first looked at counts as read.
  const first = !seen.has(seenKey(side, owner, ''));
  if (chats.data && first) {
    seen.set(seenKey(side, owner, ''), 1);
    for (const c of list) seen.set(seenKey(side, owner, c.id), c.last.seq);
  }
  if (!chats.data) return html`<${Waiting} error=${chats.error} />`;
  const lines = list.map((c) => {
    const fresh = c.last.seq > (seen.get(seenKey(side, owner, c.id)) ?? 0);
    const end = c.kind === 'group' ? c.chat_id : side === 'member' ? c.person : c.userid;
    const row = html`<${Row} key=${c.id} picture=${c.avatar} title=${c.title} note=${digest(c.last, say)} side=${listTime(c.last.at, now)}
      badge=${fresh} testid=${`chat-${end}`} onClick=${() => phone.go('chat', { chat: c.id })} />`;
    return { at: c.last.at, row };
  });
  const all = [...lines, ...more].sort((x, y) => y.at - x.at);
  if (all.length === 0) return empty ? html`<${Empty} text=${empty} />` : null;
  return html`<ul class="list" data-testid=${`${side}-chats`}>${all.map((line) => line.row)}</ul>`;
}

/**
 * One conversation.
 * @param {{side: 'member'|'person', owner: string, chat: string, me: string, title: string, detail?: () => void, send: (text: string) => Promise<any>,
 *   faceOf: (from: string) => {name: string, picture: string}, closed?: string, hint?: any, answer?: (message: any) => any}} props
 *   owner: whose phone it is, as the list of chats names him; me: how messages name the phone's holder; closed: why nothing can be sent;
 *   answer: what can be answered to a line of the system
 */
export function Conversation({ side, owner, chat, me, title, detail, send, faceOf, closed, hint, answer }) {
  const { say, corpID } = useWorld();
  const { data, error } = useData(
    address(`/_sim/chats/${encodeURIComponent(chat)}`, { corp: corpID }),
    ['chat'],
    (c) => c.chat === chat,
  );
  // What was refused never arrived at the other one.
  const messages = (data?.messages ?? []).filter((m) => !m.refused || m.from === me);
  const last = messages.at(-1)?.seq ?? 0;
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    if (end.current?.parentElement)
      end.current.parentElement.scrollTop = end.current.parentElement.scrollHeight;
  }, [last, hint]);
  useEffect(() => void seen.set(seenKey(side, owner, chat), last), [last]);
  const direct = chat.startsWith('direct:');
  return html`<${Head} title=${title} back>
      ${detail && html`<button class="headbutton" aria-label=${say('details')} data-testid="chat-detail" onClick=${detail}><${Icon} name="more" /></button>`}
    </${Head}>
    <div class="talk" role="log" aria-label=${title} data-testid=${`${side}-talk`}>
      ${!data && html`<${Waiting} error=${error?.status === 404 ? null : error} />`}
      ${messages.map(
        (
          m,
          i,
        ) => html`<${Message} key=${m.seq} m=${m} mine=${m.from === me} direct=${direct} face=${faceOf(m.from)} answer=${answer}
        time=${i === 0 || m.at - messages[i - 1].at > pause ? chatTime(m.at, simulatedNow()) : ''} />`,
      )}
      ${hint && html`<div class="line">${hint}</div>`}
      <i ref=${end}></i>
    </div>
    ${closed ? html`<p class="closed">${closed}</p>` : html`<${Composer} send=${send} />`}`;
}

function Message({ m, mine, direct, face, time, answer }) {
  const { say } = useWorld();
  if (m.from === '' || m.via === 'system') {
    return html`${time && html`<div class="line">${time}</div>`}<div class="line" data-testid="system-line">${m.text}</div>${answer?.(m)}`;
  }
  return html`${time && html`<div class="line">${time}</div>`}
    ${m.text && html`<${Bubble} m=${m} mine=${mine} face=${face} direct=${direct}><p class="bubble" data-testid="message">${m.text}</p></${Bubble}>`}
    ${m.attachments?.map((part, i) => html`<${Bubble} key=${i} m=${m} mine=${mine} face=${face} direct=${direct || m.text}><${Part} part=${part} /></${Bubble}>`)}
    ${m.refused && html`<div class="line">${say('refusedMessage')}</div>`}`;
}

function Bubble({ m, mine, face, direct, children }) {
  const { say } = useWorld();
  return html`<div class=${cls('said', mine && 'mine')} data-via=${m.via}>
    <img class="avatar" src=${face.picture} alt=${face.name} />
    <div class="words">
      ${!direct && !mine && html`<span class="who">${face.name}</span>`}
      ${children}
    </div>
    ${m.refused && html`<b class="failed" role="img" aria-label=${say('notDelivered')}>!</b>`}
  </div>`;
}

/** What a message carries beside text. */
function Part({ part }) {
  const { say } = useWorld();
  const phone = usePhone();
  const media = part.url || (part.media_id && `/media/${encodeURIComponent(part.media_id)}`);
  switch (part.kind) {
    case 'image':
      return html`<img class="photo" src=${media} alt=${say('part.image')} data-testid="message-image" />`;
    case 'link':
      return html`<button class="card" data-testid="message-link" onClick=${() => phone.browse(part.link.url)}>
        <b>${part.link.title}</b><span class="cardbody"><span>${part.link.desc}</span>${part.link.picurl && html`<img src=${part.link.picurl} alt="" />`}</span>
      </button>`;
    case 'miniprogram':
      return html`<div class="card mini" data-testid="message-mini"><small>${part.miniprogram.appid}</small><b>${part.miniprogram.title}</b>
        ${part.miniprogram.pic_media_id && html`<img class="cover" src=${`/media/${encodeURIComponent(part.miniprogram.pic_media_id)}`} alt="" />`}
        <small>${say('part.miniprogram')} · ${part.miniprogram.page}</small></div>`;
    default:
      return html`<a class="card filecard" href=${media} download data-testid="message-file"><span>${say(`part.${part.kind}`)}</span>
        <${Icon} name=${part.kind === 'video' ? 'play' : 'file'} size=${26} /></a>`;
  }
}

/** @param {{send: (text: string) => Promise<any>}} props */
export function Composer({ send }) {
  const { say } = useWorld();
  const [text, setText] = useState('');
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  const submit = async (e) => {
    e.preventDefault();
    const words = text.trim();
    if (words && (await send(words))) setText('');
    input.current?.focus();
  };
  return html`<form class="composer" onSubmit=${submit}>
    <input ref=${input} value=${text} aria-label=${say('writeMessage')} placeholder=${say('writeMessage')} data-testid="message-text" autocomplete="off"
      onInput=${(e) => setText(e.currentTarget.value)} />
    <button class="send" aria-label=${say('send')} data-testid="message-send" disabled=${!text.trim()}>${say('send')}</button>
  </form>`;
}
