// Short notices at the foot of the page, read out by screen readers.
import { cls, html, useRef, useState } from './view.js';

/** How long a notice stays, in milliseconds. */
const stay = 4000;

export function useToasts() {
  const [toasts, set] = useState(/** @type {{id: number, text: string, tone: string}[]} */ ([]));
  const serial = useRef(0);
  /** @param {string} text @param {''|'bad'} [tone] */
  const toast = (text, tone = '') => {
    const id = ++serial.current;
    set((list) => [...list.slice(-3), { id, text, tone }]);
    setTimeout(() => set((list) => list.filter((t) => t.id !== id)), stay);
  };
  return { toasts, toast };
}

/** @param {{list: {id: number, text: string, tone: string}[]}} props */
export function Toasts({ list }) {
  return html`<div class="toasts" role="status" aria-live="polite" data-testid="toasts">
    ${list.map((t) => html`<p key=${t.id} class=${cls('toast', t.tone)}>${t.text}</p>`)}
  </div>`;
}
