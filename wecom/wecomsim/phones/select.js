// Whose phones these are: the choice above each phone.
import { address, get, post } from './api.js';
import { Icon } from './icons.js';
import { html, useEffect, useRef, useState } from './view.js';
import { useWorld } from './words.js';

/** How a member stands, when there is something to say about it. */
export function memberNote(m, say) {
  if (m.status === 2) return say('disabled');
  if (m.status === 4) return say('notActivated');
  if (!m.may_contact) return say('mayNotContact');
  return '';
}

export function MemberSelect() {
  const { say, members, member, setMember } = useWorld();
  return html`<div class="chooser">
    <label for="member-select">${say('memberPhone')}</label>
    <select id="member-select" data-testid="member-select" value=${member?.userid ?? ''}
      onChange=${(e) => setMember(e.currentTarget.value)}>
      ${members.map((m) => {
        const note = memberNote(m, say);
        return html`<option key=${m.userid} value=${m.userid}>${m.name} · ${m.userid}${note && ` (${note})`}</option>`;
      })}
    </select>
  </div>`;
}

export function PersonSelect() {
  const { say, person, personID, strangers, setPerson } = useWorld();
  const [asking, ask] = useState('');
  const others = strangers.filter((p) => p.id !== personID);
  return html`<div class="chooser">
    <label for="person-select">${say('personPhone')}</label>
    <select id="person-select" data-testid="person-select" value=${personID}
      onChange=${(e) => setPerson(e.currentTarget.value)}>
      ${personID && html`<option value=${personID}>${person ? nameOf(person, say) : personID}</option>`}
      ${
        others.length > 0 &&
        html`<optgroup label=${say('strangers')}>
        ${others.map((p) => html`<option key=${p.id} value=${p.id}>${nameOf(p, say)}</option>`)}
      </optgroup>`
      }
    </select>
    <button class="tool" title=${say('findPerson')} aria-label=${say('findPerson')} aria-expanded=${asking === 'find'} data-testid="person-find"
      onClick=${() => ask(asking === 'find' ? '' : 'find')}><${Icon} name="search" size=${16} /></button>
    <button class="tool" title=${say('newPerson')} aria-label=${say('newPerson')} aria-expanded=${asking === 'new'} data-testid="person-new"
      onClick=${() => ask(asking === 'new' ? '' : 'new')}><${Icon} name="plus" size=${16} /></button>
    ${asking === 'find' && html`<${FindPerson} close=${() => ask('')} />`}
    ${asking === 'new' && html`<${NewPerson} close=${() => ask('')} />`}
  </div>`;
}

const nameOf = (p, say) => `${p.name.trim() || '·'} · ${p.id}${p.type === 2 ? ` · ${say('weCom')}` : ''}`;

function useFocus() {
  const ref = useRef(null);
  useEffect(() => ref.current?.focus(), []);
  return ref;
}

function FindPerson({ close }) {
  const { say, corpID, setPerson } = useWorld();
  const [q, setQ] = useState('');
  const [found, setFound] = useState([]);
  const input = useFocus();
  useEffect(() => {
    let alive = true;
    const timer = setTimeout(async () => {
      const page = await get(address('/_sim/people', { corp: corpID, q, limit: 30 })).catch(() => ({
        people: [],
      }));
      if (alive) setFound(page.people);
    }, 120);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [q, corpID]);
  const pick = (id) => {
    setPerson(id);
    close();
  };
  return html`<div class="popover" onKeyDown=${(e) => e.key === 'Escape' && close()}>
    <input ref=${input} type="search" value=${q} placeholder=${say('findPersonHint')} aria-label=${say('findPerson')} data-testid="person-search"
      onInput=${(e) => setQ(e.currentTarget.value)} />
    <ul>
      ${found.map(
        (p) => html`<li key=${p.id}><button data-testid=${`person-found-${p.id}`} onClick=${() => pick(p.id)}>
        <img src=${p.avatar} alt="" />${p.name}<small>${p.external_userid ? say('isCustomer') : say('isStranger')} · ${p.id}</small>
      </button></li>`,
      )}
      ${found.length === 0 && html`<li class="nothing">${say('nobodyFound')}</li>`}
    </ul>
  </div>`;
}

function NewPerson({ close }) {
  const { say, setPerson, toast } = useWorld();
  const [name, setName] = useState('');
  const [company, setCompany] = useState('');
  const input = useFocus();
  const make = async (e) => {
    e.preventDefault();
    try {
      const p = await post('/_sim/people', { name: name.trim(), corp_name: company.trim() || undefined });
      setPerson(p.id);
      close();
    } catch (problem) {
      toast(problem.message, 'bad');
    }
  };
  return html`<form class="popover" onSubmit=${make} onKeyDown=${(e) => e.key === 'Escape' && close()}>
    <label>${say('nickname')}<input ref=${input} required maxlength="40" value=${name} data-testid="person-name"
      onInput=${(e) => setName(e.currentTarget.value)} /></label>
    <label>${say('hisCompany')}<input maxlength="40" value=${company} placeholder=${say('hisCompanyHint')} data-testid="person-company"
      onInput=${(e) => setCompany(e.currentTarget.value)} /></label>
    <button class="primary" data-testid="person-create">${say('create')}</button>
  </form>`;
}
