// 扫一扫: points the customer's phone at one of the corp's codes, or at any address.
import { address } from './api.js';
import { useData } from './live.js';
import { Empty, Head, usePhone, Waiting } from './phone.js';
import { html, useState } from './view.js';
import { useWorld } from './words.js';

/** An event of a new relation, on which a welcome code may be issued. */
const addEvent = 'change_external_contact/add_external_contact';

/** Reads what a code says: the config_id of a contact way, else a web address, else ''. */
export function readCode(text, ways) {
  const said = text.trim();
  const known = ways.find(
    (w) =>
      w.config_id === said || said.includes(`/q/${w.config_id}`) || said.includes(`/qr/way/${w.config_id}`),
  );
  if (known) return { way: known.config_id };
  const lost = /\/q\/([\w-]+)|\/qr\/way\/([\w-]+)/.exec(said);
  if (lost) return { way: lost[1] ?? lost[2] };
  return /^https?:\/\//.test(said) ? { link: said } : {};
}

export function Scanner() {
  const { say, corpID, person, members, act, toast, setMember, member, otherApp, setOtherApp } = useWorld();
  const phone = usePhone();
  const [text, setText] = useState('');
  const ways = useData(address('/_sim/contact-ways', { corp: corpID }), ['way', 'follow']);
  const list = ways.data?.contact_ways ?? [];
  const nameOf = (id) => members.find((m) => m.userid.toLowerCase() === id.toLowerCase())?.name ?? id;

  const scan = async (way) => {
    // The other app must be faster than ours: the news of the relation is held back a moment.
    if (otherApp > 0)
      await act('/_sim/faults', { kind: 'callback_delay', event: addEvent, count: 1, latency_ms: 1500 });
    const out = await act('/_sim/acts/scan', { person: person.id, way });
    if (!out) return;
    if (otherApp > 0 && out.welcome_code) {
      await act('/_sim/acts/take-welcome', { person: person.id, member: out.userid });
      setOtherApp(otherApp - 1);
    }
    const name = nameOf(out.userid);
    toast(
      say(
        out.event === 'add_half_external_contact' ? 'scannedHalf' : out.event ? 'scannedNew' : 'scannedKnown',
        { name },
      ),
    );
    if (out.userid !== member?.userid) setMember(out.userid);
    phone.toTab('chats');
    phone.go('chat', { chat: `direct:${out.userid.toLowerCase()}:${out.external_userid}` });
  };
  const read = (e) => {
    e.preventDefault();
    const { way, link } = readCode(text, list);
    if (way) scan(way);
    else if (link) phone.browse(link);
    else toast(say('noCode'), 'bad');
  };
  return html`<${Head} title=${say('scan')} />
    <div class="scroll">
      <form class="finder" onSubmit=${read}>
        <i class="frame" aria-hidden="true"></i>
        <label for="scan-text">${say('scanPaste')}</label>
        <div class="pair"><input id="scan-text" value=${text} placeholder="http://…/q/…" data-testid="scan-text" onInput=${(e) => setText(e.currentTarget.value)} />
          <button class="primary" data-testid="scan" disabled=${!text.trim()}>${say('scanDo')}</button></div>
      </form>
      <h3 class="section">${say('codes', { n: list.length })}</h3>
      ${!ways.data && html`<${Waiting} error=${ways.error} />`}
      ${ways.data && list.length === 0 && html`<${Empty} text=${say('noCodes')} />`}
      <ul class="ways" data-testid="scan-ways">
        ${[...list].reverse().map(
          (
            w,
          ) => html`<li key=${w.config_id}><button class="way" title=${w.state && `state: ${w.state}`} data-testid=${`scan-way-${w.config_id}`} onClick=${() => scan(w.config_id)}>
          <img src=${`/qr/way/${w.config_id}.png`} alt="" loading="lazy" />
          <span><b>${w.remark || w.state || w.config_id.slice(0, 12)}</b>
            <small>${say('toMembers', { who: [...w.users.slice(0, 3).map(nameOf), ...(w.users.length > 3 ? ['…'] : [])].join(say('comma')) || say('departments', { n: w.parties.length }) })}</small>
            <small>${w.skip_verify ? say('noVerify') : say('withVerify')} · ${say('scans', { n: w.scans })}${w.temp ? ` · ${say('temporary')}` : ''}</small>
          </span></button></li>`,
        )}
      </ul>
    </div>`;
}
