// The log of callbacks: what the simulator told the product, and how that went.
import { get, post } from './api.js';
import { simulatedNow } from './clock.js';
import { Icon } from './icons.js';
import { listen } from './live.js';
import { dateTime, logTime } from './time.js';
import { cls, html, useEffect, useState } from './view.js';
import { useWorld } from './words.js';

/** How many rows the panel shows. */
const shown = 150;

/**
 * A log that grows at its end: reads what is new after each change, and the rows that
 * were not finished again.
 */
function useDeliveries() {
  const [list, set] = useState(/** @type {any[]|null} */ (null));
  useEffect(() => {
    let alive = true;
    let timer = 0;
    /** @type {any[]} */
    let rows = [];
    const load = async () => {
      timer = 0;
      const open = rows.findIndex((d) => d.state === 'waiting');
      const kept = open < 0 ? rows : rows.slice(0, open);
      const after = kept.at(-1)?.id ?? 0;
      const answer = await get(`/_sim/callbacks?after=${after}`).catch(() => null);
      if (!alive || !answer) return;
      rows = [...kept, ...answer.callbacks].slice(-2 * shown);
      set(rows);
    };
    load();
    const stop = listen((c) => {
      if (c.kind === 'reset') rows = [];
      if (['clock', 'fault'].includes(c.kind)) return;
      timer ||= setTimeout(load, 80);
    });
    return () => {
      alive = false;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return list;
}

export function CallbackLog() {
  const { say, corpID } = useWorld();
  const [bad, onlyBad] = useState(false);
  const list = useDeliveries();
  if (!list) return html`<p class="empty">…</p>`;
  const rows = list
    .filter((d) => d.corp === corpID && (!bad || d.state !== 'delivered' || d.attempts?.length > 1))
    .reverse()
    .slice(0, shown);
  return html`<div class="panelbody">
    <label class="check"><input type="checkbox" checked=${bad} data-testid="callbacks-bad" onChange=${(e) => onlyBad(e.currentTarget.checked)} />${say('onlyTroubled')}</label>
    ${rows.length === 0 && html`<p class="empty">${say('noCallbacks')}</p>`}
    <ul class="log" data-testid="callback-log">${rows.map((d) => html`<${Delivery} key=${d.id} d=${d} />`)}</ul>
  </div>`;
}

function Delivery({ d }) {
  const { say, toast } = useWorld();
  const attempts = d.attempts ?? [];
  const again = () =>
    post(`/_sim/callbacks/${d.id}/redeliver`).then(
      () => toast(say('redelivered')),
      (p) => toast(p.message, 'bad'),
    );
  return html`<li><details data-testid=${`callback-${d.id}`}>
    <summary>
      <time>${logTime(d.created_at, simulatedNow())}</time>
      <span class="what"><b>${d.change_type || d.event}</b><small>${d.change_type ? d.event : ''} → ${d.app}</small></span>
      ${d.copy && html`<span class="mark">${say('copy')}</span>`}
      ${attempts.length > 1 && html`<span class="mark">×${attempts.length}</span>`}
      <span class=${cls('state', d.state)}>${say(`delivery.${d.state}`)}</span>
    </summary>
    <div class="detail">
      ${attempts.map((a, i) => html`<p key=${i}><b>${say('attempt', { n: i + 1 })}</b> ${dateTime(a.at)} · ${a.status ? `HTTP ${a.status}` : say('noAnswer')} · ${a.duration_ms} ms${a.error && html`<br /><span class="bad">${a.error}</span>`}</p>`)}
      ${attempts.length === 0 && html`<p>${say(d.state === 'dropped' ? 'neverSent' : 'notYetSent')}</p>`}
      <pre tabindex="0">${pretty(d.plaintext)}</pre>
      <button class="tool wide" data-testid=${`redeliver-${d.id}`} onClick=${again}><${Icon} name="reload" size=${13} />${say('redeliver')}</button>
    </div>
  </details></li>`;
}

/** One element a line. @param {string} xml */
export const pretty = (xml) =>
  xml
    .replace(/<!\[CDATA\[(.*?)\]\]>/gs, '$1')
    .replace(/>(?=<[^/])/g, '>\n')
    .replace(/<\/xml>$/, '\n</xml>');
