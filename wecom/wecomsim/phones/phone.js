// What both phones have: the frame with its status bar, a stack of views over tabs, lists,
// sheets that ask before something is done, and the inner browser.

import { Browser } from './browser.js';
import { useClock } from './clock.js';
import { Icon } from './icons.js';
import { clockTime } from './time.js';
import {
  cls,
  createContext,
  html,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from './view.js';
import { useWorld } from './words.js';

/** Where one is on a phone: {tab, stack}, and the ways to move. */
export const Phone = createContext(/** @type {any} */ (null));
export const usePhone = () => useContext(Phone);

/**
 * @param {{side: 'member'|'person', tabs: {key: string, icon: string, label: string, badge?: number}[],
 *   pages: Record<string, any>, first: string}} props  pages: components by view name, tabs included
 */
export function PhoneFrame({ side, tabs, pages, first }) {
  const { opened, say } = useWorld();
  const [tab, setTab] = useState(first);
  const [stack, setStack] = useState(/** @type {any[]} */ ([]));
  const [link, setLink] = useState('');
  const [question, ask] = useState(/** @type {any} */ (null));
  const screen = useRef(/** @type {HTMLElement|null} */ (null));
  const serial = useRef(0);
  const phone = {
    side,
    go: (view, about = {}) => setStack((s) => [...s, { view, about, id: ++serial.current }]),
    replace: (view, about = {}) => setStack([{ view, about, id: ++serial.current }]),
    back: () => setStack((s) => s.slice(0, -1)),
    toTab: (key) => {
      setStack([]);
      setTab(key);
    },
    browse: setLink,
    ask,
  };
  useEffect(() => {
    if (opened.side !== side || !opened.view) return;
    if (opened.view.tab) phone.toTab(opened.view.tab);
    else phone.replace(opened.view.view, opened.view.about);
  }, [opened.at]);
  const top = stack.at(-1);
  const here = top?.view ?? tab;
  // A new view takes the focus, so that the keyboard goes on where the eye is.
  const shown = useRef('');
  useLayoutEffect(() => {
    const now = `${here}/${top?.id ?? ''}`;
    if (
      shown.current &&
      shown.current !== now &&
      screen.current?.contains(document.activeElement) === false
    ) {
      if (document.activeElement === document.body) screen.current.focus();
    }
    shown.current = now;
  });
  const Page = pages[here];
  // What lay over the screen gives the focus back to it.
  const shut = (close) => {
    close();
    screen.current?.focus();
  };
  return html`<${Phone.Provider} value=${phone}>
    <div class=${cls('phone', side)}>
      <${StatusBar} />
      <div class="screen" tabindex="-1" ref=${screen} data-view=${here}>
        <${Page} key=${top?.id ?? tab} ...${top?.about ?? {}} />
      </div>
      ${
        !top &&
        html`<nav class="tabs" aria-label=${say(`tabs.${side}`)}>
        ${tabs.map(
          (
            t,
          ) => html`<button key=${t.key} class=${cls(t.key === tab && 'on')} aria-current=${t.key === tab ? 'page' : undefined}
          data-testid=${`${side}-tab-${t.key}`} onClick=${() => setTab(t.key)}>
          <${Icon} name=${t.icon} size=${22} /><span>${t.label}</span>${t.badge ? html`<b class="badge">${t.badge}</b>` : null}
        </button>`,
        )}
      </nav>`
      }
      <div class="homebar" aria-hidden="true"></div>
      ${link && html`<${Browser} side=${side} link=${link} close=${() => shut(() => setLink(''))} />`}
      ${question && html`<${Sheet} ...${question} close=${() => shut(() => ask(null))} />`}
    </div>
  </${Phone.Provider}>`;
}

function StatusBar() {
  const now = useClock();
  return html`<div class="status" aria-hidden="true">
    <span>${clockTime(now)}</span><i class="notch"></i>
    <span class="signs"><i class="bars"></i><i class="battery"></i></span>
  </div>`;
}

/**
 * Head of a view. Without `back` it is the root of a tab.
 * @param {{title: any, back?: boolean, children?: any}} props
 */
export function Head({ title, back = false, children }) {
  const { back: goBack } = usePhone();
  const { say } = useWorld();
  return html`<header class="head">
    ${back && html`<button class="headbutton" aria-label=${say('back')} data-testid="back" onClick=${goBack}><${Icon} name="back" /></button>`}
    <h2>${title}</h2>
    <div class="headtools">${children}</div>
  </header>`;
}

/** Asks before something is done that cannot be undone. */
function Sheet({ text, action, run, close }) {
  const { say } = useWorld();
  const button = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => button.current?.focus(), []);
  return html`<div class="veil" onClick=${close} onKeyDown=${(e) => e.key === 'Escape' && close()}>
    <div class="sheet" role="alertdialog" aria-label=${text} onClick=${(e) => e.stopPropagation()}>
      <p>${text}</p>
      <button class="danger" data-testid="confirm" onClick=${() => {
        close();
        run();
      }}>${action}</button>
      <button ref=${button} data-testid="cancel" onClick=${close}>${say('cancel')}</button>
    </div>
  </div>`;
}

/**
 * One row of a list.
 * @param {{picture?: string, icon?: string, title: any, note?: any, side?: any, badge?: any, testid?: string, onClick?: () => void}} props
 */
export function Row({ picture, icon, title, note, side, badge, testid, onClick }) {
  const inside = html`${picture && html`<img class="avatar" src=${picture} alt="" />`}
    ${icon && html`<span class="avatar sign"><${Icon} name=${icon} size=${22} /></span>`}
    <span class="rowtext"><span class="rowtitle">${title}</span>${note ? html`<span class="rownote">${note}</span>` : null}</span>
    <span class="rowside">${side}${badge ? html`<b class="badge">${badge === true ? '' : badge}</b>` : null}</span>`;
  return html`<li>${
    onClick
      ? html`<button class="row" data-testid=${testid} onClick=${onClick}>${inside}</button>`
      : html`<div class="row" data-testid=${testid}>${inside}</div>`
  }</li>`;
}

/** What a list says when it has nothing to show. */
export const Empty = ({ text }) => html`<p class="empty">${text}</p>`;

/** What a view says while it reads, or why it could not. */
export function Waiting({ error }) {
  return error
    ? html`<p class="empty" role="alert">${error.message}</p>`
    : html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>`;
}
