// The bar at the top: the clock, the panels, the language.
import { post } from './api.js';
import { simulatedNow, useClock, useClockReading } from './clock.js';
import { Icon } from './icons.js';
import { useConnected, useData } from './live.js';
import { panels } from './panel.js';
import { dateTime } from './time.js';
import { cls, html } from './view.js';
import { useWorld } from './words.js';

/** Simulated seconds in a real one. */
const speeds = [0, 1, 10, 60, 600];

export function Bar() {
  const { say, lang, setLang, corps, corpID, setCorp } = useWorld();
  const connected = useConnected();
  return html`<header class="bar">
    <h1><img src="/_sim/phones/icon.svg" alt="" />${say('title')}</h1>
    ${
      corps.length > 1 &&
      html`<select aria-label=${say('corp')} value=${corpID} data-testid="corp-select" onChange=${(e) => setCorp(e.currentTarget.value)}>
      ${corps.map((c) => html`<option key=${c.corpid} value=${c.corpid}>${c.name}</option>`)}</select>`
    }
    <${Clock} />
    <${PanelButtons} />
    <span class=${cls('live', connected && 'on')} role="img" title=${say(connected ? 'liveOn' : 'liveOff')} aria-label=${say(connected ? 'liveOn' : 'liveOff')} data-testid="live"></span>
    <button class="tool wide" data-testid="language" lang=${lang === 'zh' ? 'en' : 'zh-CN'} onClick=${() => setLang(lang === 'zh' ? 'en' : 'zh')}>${lang === 'zh' ? 'English' : '中文'}</button>
  </header>`;
}

function Clock() {
  const { say, toast } = useWorld();
  const reading = useClockReading();
  const now = useClock();
  const speed = reading?.speed ?? 1;
  const move = (change) => post('/_sim/clock', change).catch((problem) => toast(problem.message, 'bad'));
  const real = () => move({ set: new Date().toISOString(), speed: 1 });
  const off = Math.abs(simulatedNow() - Date.now()) > 2000 || speed !== 1;
  return html`<div class="clock" role="group" aria-label=${say('clock')}>
    <time class=${cls(off && 'moved')} title=${say(off ? 'clockMoved' : 'clockReal')} data-testid="clock">${dateTime(now)}</time>
    ${[
      ['1m', 'minute'],
      ['1h', 'hour'],
      ['24h', 'day'],
    ].map(
      ([d, word]) => html`<button key=${d} class="tool wide" data-testid=${`clock-${word}`}
      title=${say(`forward.${word}`)} onClick=${() => move({ advance: d })}>${say(`plus.${word}`)}</button>`,
    )}
    <select aria-label=${say('speed')} title=${say('speed')} value=${String(speed)} data-testid="clock-speed" onChange=${(e) => move({ speed: Number(e.currentTarget.value) })}>
      ${[...new Set([...speeds, speed])].map((s) => html`<option key=${s} value=${String(s)}>${s === 0 ? say('stopped') : `×${s}`}</option>`)}</select>
    <button class="tool wide" data-testid="clock-real" disabled=${!off} onClick=${real}>${say('realTime')}</button>
  </div>`;
}

function PanelButtons() {
  const { say, panel, setPanel, otherApp } = useWorld();
  const { data } = useData('/_sim/faults', ['fault', 'callback', 'clock']);
  const active = (data?.faults.length ?? 0) + (otherApp > 0 ? 1 : 0);
  return html`<div class="panelbuttons" role="group" aria-label=${say('panels')}>
    ${panels.map(
      (
        p,
      ) => html`<button key=${p.key} class=${cls('tool wide', p.key === panel && 'on', p.key === 'faults' && active > 0 && 'warn')}
      aria-pressed=${p.key === panel} data-testid=${`panel-${p.key}`} onClick=${() => setPanel(p.key === panel ? '' : p.key)}>
      <${Icon} name=${p.icon} size=${15} />${say(`panel.${p.key}`)}${p.key === 'faults' && active > 0 && html`<b class="badge">${active}</b>`}</button>`,
    )}
  </div>`;
}
