// The page as a whole: whose phones these are, which panel is open, and what all parts share.
import { address, post } from './api.js';
import { Bar } from './bar.js';
import { connect, listen, useData } from './live.js';
import { MemberPhone } from './member.js';
import { Panel } from './panel.js';
import { PersonPhone } from './person.js';
import { MemberSelect, PersonSelect } from './select.js';
import { Toasts, useToasts } from './toast.js';
import { html, render, useEffect, useMemo, useRef, useState } from './view.js';
import { firstLanguage, speaker, World } from './words.js';

const asked = new URLSearchParams(location.search);

/**
 * A choice that the address may set and the browser remembers.
 * @param {string} name
 * @param {string} fallback
 * @returns {[string, (value: string) => void]}
 */
function useKept(name, fallback) {
  const [value, set] = useState(() => asked.get(name) ?? localStorage.getItem(`phones.${name}`) ?? fallback);
  return [
    value,
    (next) => {
      localStorage.setItem(`phones.${name}`, next);
      set(next);
    },
  ];
}

/**
 * The member whose phone is shown: the chosen one; the one before while the chosen one is
 * too new to be known; else the first who can have customers.
 */
function holderOf(members, chosen, before) {
  return (
    members.find((m) => m.userid === chosen) ??
    members.find((m) => m.userid === before) ??
    members.find((m) => m.status === 1 && m.may_contact && m.real_name) ??
    members[0] ??
    null
  );
}

/** A newcomer has a common surname and name, not a nickname: he is easy to find in the console. */
const plainName = /^[王李张刘陈杨黄赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾][\p{Script=Han}]{1,2}$/u;

function usePerson(corp) {
  const [chosen, choose] = useKept('person', '');
  const strangers = useData(corp && address('/_sim/people', { corp, strangers: 1 }), ['person', 'follow']);
  const free = strangers.data?.people ?? [];
  const first = useRef('');
  if (!first.current && free.length > 0) {
    first.current = (free.find((p) => p.type === 1 && plainName.test(p.name)) ?? free[0]).id;
  }
  const id = chosen || first.current;
  const one = useData(corp && id && address(`/_sim/people/${id}`, { corp }), ['person', 'follow', 'tag']);
  useEffect(() => {
    if (one.error?.status !== 404) return;
    first.current = ''; // another world: he does not exist there
    if (chosen) choose('');
    else strangers.again();
  }, [one.error]);
  return { person: one.data, personID: id, strangers: free, choose };
}

function App() {
  const [lang, setLang] = useState(firstLanguage);
  const say = useMemo(() => speaker(lang), [lang]);
  const { toasts, toast } = useToasts();
  const world = useData('/_sim/world', ['corp', 'app']);
  const [corpChoice, setCorp] = useKept('corp', '');
  const corps = world.data?.corps ?? [];
  const corp = corps.find((c) => c.corpid === corpChoice) ?? corps[0] ?? null;
  const corpID = corp?.corpid ?? '';
  const roster = useData(corpID && address('/_sim/members', { corp: corpID }), [
    'member',
    'department',
    'follow',
  ]);
  const members = roster.data?.members ?? [];
  const [memberChoice, setMember] = useKept('member', '');
  const lastMember = useRef('');
  const member = holderOf(members, memberChoice, lastMember.current);
  lastMember.current = member?.userid ?? '';
  const { person, personID, strangers, choose: setPerson } = usePerson(corpID);
  const [panel, setPanel] = useKept('panel', innerWidth >= 1200 ? 'callbacks' : '');
  const [otherApp, setOtherApp] = useState(0);
  const [opened, open] = useState({ side: '', view: null, at: 0 });

  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    document.title = say('title');
    localStorage.setItem('phones.lang', lang);
  }, [lang]);
  useEffect(() => listen((c) => c.kind === 'reset' && toast(say('worldReset'))), [say]);

  /** Carries an act out; what is refused is told and gives null. */
  const act = async (path, body) => {
    try {
      return await post(path, { ...body, corp: corpID });
    } catch (problem) {
      toast(problem.field ? `${problem.field}: ${problem.message}` : problem.message, 'bad');
      return null;
    }
  };
  /** Opens a view on a phone from elsewhere on the page. */
  const show = (side, view) => open({ side, view, at: Date.now() });

  const shared = {
    say,
    lang,
    setLang,
    world: world.data,
    corp,
    corps,
    corpID,
    setCorp,
    members,
    member,
    setMember,
    person,
    personID,
    setPerson,
    strangers,
    toast,
    act,
    panel,
    setPanel,
    otherApp,
    setOtherApp,
    opened,
    show,
  };
  return html`<${World.Provider} value=${shared}>
    <${Bar} />
    ${world.error && html`<p class="refused" role="alert">${say('refused', { why: world.error.message })}</p>`}
    <main class=${panel ? 'stage with-panel' : 'stage'}>
      <section class="seat" aria-label=${say('memberPhone')} data-testid="member-phone">
        <${MemberSelect} />
        ${member && html`<${MemberPhone} key=${`${corpID}/${member.userid}`} />`}
      </section>
      <section class="seat" aria-label=${say('personPhone')} data-testid="person-phone">
        <${PersonSelect} />
        ${person && html`<${PersonPhone} key=${`${corpID}/${person.id}`} />`}
      </section>
      ${panel && html`<${Panel} />`}
    </main>
    <${Toasts} list=${toasts} />
  </${World.Provider}>`;
}

connect();
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
root.replaceChildren();
render(html`<${App} />`, root);
