// The log of API calls: what the product asked WeCom, and what it answered. Calls are not
// announced in the stream of changes (a first sync makes thousands a second), so the open
// panel asks for what is new.
import { del, get } from './api.js';
import { simulatedNow } from './clock.js';
import { listen } from './live.js';
import { dateTime, logTime } from './time.js';
import { cls, html, useEffect, useState } from './view.js';
import { useWorld } from './words.js';

/** How many rows the panel shows, and how often it asks, in milliseconds. */
const shown = 150;
const every = 1000;

export function CallLog() {
  const { say, corpID, toast } = useWorld();
  const [bad, onlyBad] = useState(false);
  const [list, set] = useState(/** @type {any[]|null} */ (null));
  const [round, again] = useState(0);
  useEffect(() => {
    let alive = true;
    /** @type {any[]} */
    let rows = [];
    const load = async () => {
      const answer = await get(`/_sim/calls?after=${rows.at(-1)?.seq ?? 0}`).catch(() => null);
      if (!alive || !answer) return;
      if (answer.calls.length > 0 || rows.length === 0) {
        rows = [...rows, ...answer.calls].slice(-4 * shown);
        set(rows);
      }
    };
    load();
    const timer = setInterval(load, every);
    const stop = listen((c) => c.kind === 'reset' && again((n) => n + 1));
    return () => {
      alive = false;
      clearInterval(timer);
      stop();
    };
  }, [round]);
  if (!list) return html`<p class="empty">…</p>`;
  const failed = (c) => c.errcode !== 0 || c.status !== 200;
  const rows = list
    .filter((c) => (!c.corp || c.corp === corpID) && (!bad || failed(c)))
    .reverse()
    .slice(0, shown);
  const clear = () =>
    del('/_sim/calls').then(
      () => again(round + 1),
      (p) => toast(p.message, 'bad'),
    );
  return html`<div class="panelbody">
    <div class="pair"><label class="check"><input type="checkbox" checked=${bad} data-testid="calls-bad" onChange=${(e) => onlyBad(e.currentTarget.checked)} />${say('onlyFailed')}</label>
      <button class="tool wide" data-testid="calls-clear" onClick=${clear}>${say('clear')}</button></div>
    ${rows.length === 0 && html`<p class="empty">${say('noCalls')}</p>`}
    <ul class="log" data-testid="call-log">${rows.map(
      (c) => html`<li key=${c.seq}><details>
      <summary><time>${logTime(c.at, simulatedNow())}</time><span class="what"><b>${c.path.replace('/cgi-bin/', '')}</b><small>${c.method} · ${c.duration_ms} ms</small></span>
        ${c.fault && html`<span class="mark">${say(`fault.${c.fault}`)}</span>`}
        <span class=${cls('state', failed(c) ? 'lost' : 'delivered')}>${c.status !== 200 && c.status ? `HTTP ${c.status}` : c.errcode === 0 ? 'ok' : c.errcode}</span></summary>
      <div class="detail"><p>${dateTime(c.at)} · ${c.ip} · agentid ${c.agentid || '–'}</p>${c.request && html`<pre tabindex="0">${json(c.request)}</pre>`}</div>
    </details></li>`,
    )}</ul>
  </div>`;
}

function json(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
