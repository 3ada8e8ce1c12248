// Messages of apps: text, markdown, cards, news, template cards (document 90236).
import { Icon } from './icons.js';
import { usePhone } from './phone.js';
import { markdown, plain, rich } from './text.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** One line that stands for a message of an app. */
export function summary(m, say) {
  if (m.recalled) return say('recalled');
  const b = m.body;
  switch (m.msgtype) {
    case 'text':
    case 'markdown':
      return plain(b.content);
    case 'textcard':
    case 'miniprogram_notice':
      return b.title;
    case 'news':
    case 'mpnews':
      return b.articles?.[0]?.title ?? '';
    case 'template_card':
      return b.main_title?.title || b.sub_title_text || b.source?.desc || `[${say('part.card')}]`;
    default:
      return `[${say(`part.${m.msgtype}`)}]`;
  }
}

/** @param {{m: any}} props  a message as /_sim/members/{id}/app-messages gives it */
export function AppMessage({ m }) {
  const { say } = useWorld();
  const phone = usePhone();
  const b = m.body;
  const media = b.media_id && `/media/${encodeURIComponent(b.media_id)}`;
  switch (m.msgtype) {
    case 'text':
      return html`<div class="card text">${rich(b.content, phone.browse)}</div>`;
    case 'markdown':
      return html`<div class="card text">${markdown(b.content, phone.browse)}</div>`;
    case 'textcard':
      return html`<button class="card" data-testid="card-open" onClick=${() => phone.browse(b.url)}>
        <b>${b.title}</b><span class="carddesc">${rich(b.description, null)}</span><span class="cardfoot">${b.btntxt || say('detailsMore')}<i>›</i></span></button>`;
    case 'news':
    case 'mpnews':
      return html`<div class="card news">${(b.articles ?? []).map(
        (a, i) => html`<button key=${i} data-testid="card-open" disabled=${!(a.url || a.content_source_url)}
        onClick=${() => phone.browse(a.url || a.content_source_url)}>
        <span><b>${a.title}</b><small>${a.description ?? a.digest}</small></span>${a.picurl && html`<img src=${a.picurl} alt="" />`}</button>`,
      )}</div>`;
    case 'image':
      return html`<img class="photo" src=${media} alt=${say('part.image')} />`;
    case 'miniprogram_notice':
      return html`<div class="card"><b>${b.title}</b><small>${b.description}</small>
        <dl class="pairs">${(b.content_item ?? []).map((x, i) => html`<dt key=${i}>${x.key}</dt><dd>${x.value}</dd>`)}</dl></div>`;
    case 'template_card':
      return html`<${TemplateCard} m=${m} card=${b} />`;
    default:
      return html`<a class="card filecard" href=${media} download><span>${b.title || say(`part.${m.msgtype}`)}</span><${Icon} name=${m.msgtype === 'file' ? 'file' : 'play'} size=${26} /></a>`;
  }
}

/** The questions of a card: a list to tick, or one drop-down list each. */
function questionsOf(card) {
  const ticks = card.checkbox ? [{ ...card.checkbox, ticks: true }] : [];
  const lists = [card.button_selection, ...(card.select_list ?? [])].filter(Boolean);
  return [...ticks, ...lists];
}

function firstAnswers(card) {
  return Object.fromEntries(
    questionsOf(card).map((q) => [
      q.question_key,
      q.ticks
        ? q.option_list.filter((o) => o.is_checked).map((o) => o.id)
        : [q.selected_id || q.option_list[0]?.id].filter(Boolean),
    ]),
  );
}

function TemplateCard({ m, card }) {
  const { say, act, member, toast } = useWorld();
  const phone = usePhone();
  const [answers, setAnswers] = useState(() => firstAnswers(card));
  const go = (x) => (x?.url ? () => phone.browse(x.url) : undefined);
  const press = async (key, menu = false) => {
    const body = { member: member.userid, msgid: m.msgid, key, menu };
    if (!menu && questionsOf(card).length > 0) body.answers = answers;
    if (await act('/_sim/acts/click-card', body)) toast(say('pressed'));
  };
  const buttons = card.button_list ?? [];
  return html`<div class="card template">
    ${card.source && html`<small class="source">${card.source.icon_url && html`<img src=${card.source.icon_url} alt="" />`}${card.source.desc}</small>`}
    ${card.card_image && html`<img class="cover" src=${card.card_image.url} alt="" />`}
    ${card.main_title && html`<b>${card.main_title.title}</b>${card.main_title.desc && html`<small>${card.main_title.desc}</small>`}`}
    ${card.emphasis_content && html`<div class="emphasis"><b>${card.emphasis_content.title}</b><small>${card.emphasis_content.desc}</small></div>`}
    ${card.image_text_area && html`<button class="inset" disabled=${!card.image_text_area.url} onClick=${go(card.image_text_area)}><img src=${card.image_text_area.image_url} alt="" /><span><b>${card.image_text_area.title}</b><small>${card.image_text_area.desc}</small></span></button>`}
    ${card.quote_area && html`<button class="inset" disabled=${!card.quote_area.url} onClick=${go(card.quote_area)}><span><b>${card.quote_area.title}</b><small>${card.quote_area.quote_text}</small></span></button>`}
    ${card.sub_title_text && html`<p>${card.sub_title_text}</p>`}
    ${(card.vertical_content_list ?? []).map((x, i) => html`<p key=${i}><b>${x.title}</b> ${x.desc}</p>`)}
    ${card.horizontal_content_list?.length > 0 && html`<dl class="pairs">${card.horizontal_content_list.map((x, i) => html`<dt key=${i}>${x.keyname}</dt><dd>${x.url ? html`<button class="link" onClick=${go(x)}>${x.value}</button>` : x.value}</dd>`)}</dl>`}
    ${questionsOf(card).map(
      (q) => html`<${Question} key=${q.question_key} q=${q} picked=${answers[q.question_key] ?? []}
      pick=${(list) => setAnswers({ ...answers, [q.question_key]: list })} />`,
    )}
    ${(card.jump_list ?? []).map((x, i) => html`<button key=${i} class="cardfoot" disabled=${!x.url} onClick=${go(x)}>${x.title}<i>›</i></button>`)}
    ${card.card_action?.url && html`<button class="cardfoot" data-testid="card-open" onClick=${go(card.card_action)}>${say('detailsMore')}<i>›</i></button>`}
    ${
      card.replaced_button
        ? html`<div class="cardbuttons"><button disabled>${card.replaced_button}</button></div>`
        : html`${
            buttons.length > 0 &&
            html`<div class="cardbuttons">${buttons.map(
              (
                x,
                i,
              ) => html`<button key=${i} class=${x.style === 1 ? 'primary' : ''} data-testid=${`card-button-${x.key || i}`}
          onClick=${x.type === 1 ? go(x) : () => press(x.key)}>${x.text}</button>`,
            )}</div>`
          }
        ${card.submit_button && html`<div class="cardbuttons"><button class="primary" data-testid=${`card-button-${card.submit_button.key}`} onClick=${() => press(card.submit_button.key)}>${card.submit_button.text}</button></div>`}`
    }
    ${(card.action_menu?.action_list ?? []).map((x) => html`<button key=${x.key} class="cardfoot" data-testid=${`card-menu-${x.key}`} onClick=${() => press(x.key, true)}>${x.text}</button>`)}
  </div>`;
}

function Question({ q, picked, pick }) {
  if (!q.ticks) {
    return html`<label class="question">${q.title}<select value=${picked[0]} disabled=${!!q.disable} onChange=${(e) => pick([e.currentTarget.value])}>
      ${q.option_list.map((o) => html`<option key=${o.id} value=${o.id}>${o.text}</option>`)}</select></label>`;
  }
  const several = q.mode === 1;
  const toggle = (id, on) => pick(several ? (on ? [...picked, id] : picked.filter((x) => x !== id)) : [id]);
  return html`<div class="question" role="group">${q.option_list.map(
    (o) => html`<label key=${o.id} class="check">
    <input type=${several ? 'checkbox' : 'radio'} name=${q.question_key} checked=${picked.includes(o.id)} disabled=${!!q.disable}
      onChange=${(e) => toggle(o.id, e.currentTarget.checked)} />${o.text}</label>`,
  )}</div>`;
}
