// The browser inside a phone: opens links as WeCom and WeChat do. The frame has cookies
// of its own (credentialless), so that signing in as a member does not sign the person at
// the desk out of the console.

import { address, withToken } from './api.js';
import { Icon } from './icons.js';
import { html, useEffect, useRef, useState } from './view.js';
import { useWorld } from './words.js';

/** @param {{side: string, link: string, close: () => void}} props */
export function Browser({ side, link, close }) {
  const { say, corpID, member, person } = useWorld();
  const [round, again] = useState(0);
  const button = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => button.current?.focus(), []);
  if (!/^https?:\/\//.test(link)) return null;
  const who = side === 'member' ? { member: member.userid } : { person: person.id };
  const start = withToken(address('/_sim/phones/enter.html', { corp: corpID, ...who, to: link }));
  return html`<div class="browser" role="dialog" aria-label=${say('browser')} data-testid=${`${side}-browser`}
    onKeyDown=${(e) => e.key === 'Escape' && close()}>
    <header class="head">
      <button ref=${button} class="headbutton" aria-label=${say('close')} data-testid="browser-close" onClick=${close}><${Icon} name="close" /></button>
      <h2 title=${link}>${new URL(link).host}</h2>
      <div class="headtools">
        <button class="headbutton" aria-label=${say('reload')} title=${say('reload')} onClick=${() => again(round + 1)}><${Icon} name="reload" /></button>
        <a class="headbutton" aria-label=${say('openTab')} title=${say('openTab')} href=${link} target="_blank" rel="noreferrer noopener"><${Icon} name="open" /></a>
      </div>
    </header>
    <iframe key=${round} credentialless title=${say('browser')} src=${start} referrerpolicy="no-referrer"></iframe>
  </div>`;
}
