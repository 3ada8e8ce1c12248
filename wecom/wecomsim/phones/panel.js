// The panel beside the phones: what happens between WeCom and the product, and what an
// administrator would do.

import { Groups, Members, Tags } from './admin.js';
import { Facts } from './facts.js';
import { Faults } from './faults.js';
import { Icon } from './icons.js';
import { CallbackLog } from './log_callbacks.js';
import { CallLog } from './log_calls.js';
import { html, useEffect, useRef } from './view.js';
import { useWorld } from './words.js';

/** The panels in the order of their buttons. */
export const panels = [
  { key: 'callbacks', icon: 'bell', view: CallbackLog },
  { key: 'calls', icon: 'code', view: CallLog },
  { key: 'faults', icon: 'bolt', view: Faults },
  { key: 'facts', icon: 'key', view: Facts },
  { key: 'members', icon: 'person', view: Members },
  { key: 'tags', icon: 'tag', view: Tags },
  { key: 'groups', icon: 'group', view: Groups },
];

export function Panel() {
  const { say, panel, setPanel } = useWorld();
  const head = useRef(/** @type {HTMLElement|null} */ (null));
  const shown = useRef(panel);
  useEffect(() => {
    if (shown.current !== panel) head.current?.scrollIntoView({ block: 'nearest' });
    shown.current = panel;
  }, [panel]);
  const one = panels.find((p) => p.key === panel);
  if (!one) return null;
  const View = one.view;
  const close = () => setPanel('');
  return html`<aside class="panel" aria-label=${say(`panel.${one.key}`)} data-testid=${`panel-body-${one.key}`} onKeyDown=${(e) => e.key === 'Escape' && close()}>
    <header ref=${head}><h2>${say(`panel.${one.key}`)}</h2><small>${say(`about.${one.key}`)}</small>
      <button class="tool" aria-label=${say('close')} data-testid="panel-close" onClick=${close}><${Icon} name="close" size=${14} /></button></header>
    <${View} key=${one.key} />
  </aside>`;
}
