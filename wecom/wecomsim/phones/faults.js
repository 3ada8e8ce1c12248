// Faults to switch on: what goes wrong between the product and WeCom, how often, how long.
import { del, post } from './api.js';
import { useData } from './live.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** The documented faults, with what else they need and what they start with. */
const kinds = [
  { kind: 'slow', number: 'latency_ms', value: 3000 },
  { kind: 'busy' },
  { kind: 'frequency' },
  { kind: 'errcode', number: 'code', value: 60020 },
  { kind: 'http', number: 'status', value: 502 },
  { kind: 'expired_token' },
  { kind: 'reset' },
  { kind: 'callback_duplicate' },
  { kind: 'callback_reorder' },
  { kind: 'callback_delay', number: 'latency_ms', value: 10_000 },
  { kind: 'callback_drop' },
];

export function Faults() {
  const { say, toast, otherApp, setOtherApp } = useWorld();
  const { data, again } = useData('/_sim/faults', ['fault', 'callback', 'clock']);
  const active = data?.faults ?? [];
  const off = (ids) =>
    Promise.all(ids.map((id) => del(`/_sim/faults/${id}`))).catch((problem) => toast(problem.message, 'bad'));
  return html`<div class="panelbody">
    ${active.length > 0 && html`<button class="tool wide warn" data-testid="faults-off" onClick=${() => del('/_sim/faults').then(again)}>${say('allFaultsOff')}</button>`}
    <ul class="faults">
      ${kinds.map((k) => html`<${FaultSwitch} key=${k.kind} ...${k} active=${active.filter((f) => f.kind === k.kind)} off=${off} />`)}
      <${OtherAppSwitch} left=${otherApp} set=${setOtherApp} />
    </ul>
  </div>`;
}

function FaultSwitch({ kind, number, value, active, off }) {
  const { say, toast } = useWorld();
  const [count, setCount] = useState('');
  const [extra, setExtra] = useState(String(value ?? ''));
  const on = active.length > 0;
  const flip = async () => {
    if (on) return off(active.map((f) => f.id));
    const fault = { kind, count: Number(count) || 0 };
    if (number) fault[number] = Number(extra);
    return post('/_sim/faults', fault).catch((problem) => toast(problem.message, 'bad'));
  };
  const hits = active.reduce((n, f) => n + f.hits, 0);
  const left = active.reduce((n, f) => n + (f.count ? f.count - f.hits : 0), 0);
  return html`<li class=${on ? 'on' : ''}>
    <button class="switch" role="switch" aria-checked=${on} aria-label=${say(`fault.${kind}`)} data-testid=${`fault-${kind}`} onClick=${flip}><i></i></button>
    <span class="what"><b>${say(`fault.${kind}`)}</b><small>${on ? `${say('faultHits', { n: hits })}${left ? ` · ${say('faultLeft', { n: left })}` : ''}` : say(`faultAbout.${kind}`)}</small></span>
    ${
      number &&
      html`<input type="number" min="1" value=${extra} disabled=${on} aria-label=${say(`faultNumber.${number}`)} title=${say(`faultNumber.${number}`)}
      data-testid=${`fault-${kind}-${number}`} onInput=${(e) => setExtra(e.currentTarget.value)} />`
    }
    <input type="number" min="0" value=${count} disabled=${on} placeholder="∞" aria-label=${say('faultCount')} title=${say('faultCount')}
      data-testid=${`fault-${kind}-count`} onInput=${(e) => setCount(e.currentTarget.value)} />
  </li>`;
}

/** Another app of the corp that greets first, at scans made on this page. */
function OtherAppSwitch({ left, set }) {
  const { say } = useWorld();
  const [count, setCount] = useState('1');
  const on = left > 0;
  return html`<li class=${on ? 'on' : ''}>
    <button class="switch" role="switch" aria-checked=${on} aria-label=${say('fault.other_app')} data-testid="fault-other-app"
      onClick=${() => set(on ? 0 : Math.max(1, Number(count) || 1))}><i></i></button>
    <span class="what"><b>${say('fault.other_app')}</b><small>${on ? say('faultLeft', { n: left }) : say('faultAbout.other_app')}</small></span>
    <input type="number" min="1" value=${count} disabled=${on} aria-label=${say('faultCount')} title=${say('faultCount')} data-testid="fault-other-app-count" onInput=${(e) => setCount(e.currentTarget.value)} />
  </li>`;
}
