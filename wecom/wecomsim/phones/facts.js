// The facts of the world: what any WeCom client needs to speak to this corp.
import { patch, post } from './api.js';
import { Icon } from './icons.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

export function Facts() {
  const { say, world, corp, toast } = useWorld();
  if (!corp) return null;
  const revoke = () =>
    post('/_sim/tokens/revoke').then(
      () => toast(say('tokensRevoked')),
      (p) => toast(p.message, 'bad'),
    );
  return html`<div class="panelbody">
    <dl class="keys">
      <${Fact} name=${say('baseURL')} value=${world.base_url} testid="fact-base" />
      <${Fact} name="corpid" value=${corp.corpid} testid="fact-corpid" />
    </dl>
    <p class="counts">${say('counts', { members: corp.members, customers: corp.customers, follows: corp.follows, groups: corp.groups, ways: corp.contact_ways })}</p>
    ${corp.apps.map((a) => html`<${AppFacts} key=${`${a.kind}${a.agentid}`} a=${a} />`)}
    <div class="buttons"><button class="tool wide" data-testid="revoke-tokens" onClick=${revoke}>${say('revokeTokens')}</button>
      <a class="tool wide" href="/_sim/world" target="_blank" rel="noreferrer">/_sim/world</a><a class="tool wide" href="/_sim" target="_blank" rel="noreferrer">${say('allRoutes')}</a></div>
  </div>`;
}

function AppFacts({ a }) {
  const { say, corpID, act, toast } = useWorld();
  const [address, setAddress] = useState(a.callback_url);
  const save = async (e) => {
    e.preventDefault();
    try {
      await patch(`/_sim/apps/${a.agentid}`, { corp: corpID, callback_url: address.trim() });
      toast(say('saved'));
    } catch (problem) {
      toast(problem.message, 'bad');
    }
  };
  const verify = async () => {
    const out = await act(`/_sim/apps/${a.agentid}/verify`, {});
    if (out)
      toast(
        out.ok ? say('verified', { ms: out.duration_ms }) : say('notVerified', { why: out.error }),
        out.ok ? '' : 'bad',
      );
  };
  return html`<section class="app" data-testid=${`facts-app-${a.agentid || a.kind}`}>
    <h3>${a.name}<small>${say(`appKind.${a.kind}`)}</small></h3>
    <dl class="keys">
      ${a.agentid > 0 && html`<${Fact} name="agentid" value=${String(a.agentid)} />`}
      <${Fact} name="secret" value=${a.secret} />
      <${Fact} name="token" value=${a.callback_token} />
      <${Fact} name="EncodingAESKey" value=${a.callback_aes_key} />
    </dl>
    ${
      a.agentid > 0 &&
      html`<form class="fields" onSubmit=${save}><label>${say('callbackURL')}<input type="url" value=${address} placeholder="http://127.0.0.1:8080/callback/…" onInput=${(e) => setAddress(e.currentTarget.value)} /></label>
      <div class="buttons"><button class="tool wide" disabled=${address === a.callback_url}>${say('save')}</button>
        <button type="button" class="tool wide" data-testid=${`verify-${a.agentid}`} disabled=${!a.callback_url} onClick=${verify}>${say('verifyURL')}</button>
        <button type="button" class="tool wide" data-testid=${`suspend-${a.agentid}`} onClick=${() => act('/_sim/acts/suspend-app', { agentid: a.agentid, undo: !a.enabled })}>${a.enabled ? say('suspend') : say('resume')}</button></div></form>`
    }
  </section>`;
}

function Fact({ name, value, testid }) {
  const { say, toast } = useWorld();
  if (!value) return null;
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => toast(say('copied', { name })),
      () => toast(say('notCopied'), 'bad'),
    );
  return html`<dt>${name}</dt><dd><code data-testid=${testid}>${value}</code>
    <button class="tool" aria-label=${say('copyIt', { name })} title=${say('copyIt', { name })} onClick=${copy}><${Icon} name="copy" size=${13} /></button></dd>`;
}
