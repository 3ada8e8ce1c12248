// Keeps what the page shows equal to the world: one stream of changes (/_sim/events), and
// data that is read again when a change concerns it.
import { get, withToken } from './api.js';
import { useEffect, useState } from './view.js';

/** @typedef {{kind: string, seq?: number, corp?: string, member?: string, customer?: string, person?: string, group?: string, chat?: string, detail?: string}} Change */

/** Kinds of change that the simulator tells of. "gap" means that some were missed. */
const kinds = [
  'app',
  'app_message',
  'callback',
  'chat',
  'clock',
  'corp',
  'department',
  'fault',
  'follow',
  'gap',
  'group',
  'member',
  'person',
  'reset',
  'tag',
  'way',
];

/** @type {Set<(change: Change) => void>} */
const listeners = new Set();
/** @type {Set<(open: boolean) => void>} */
const watchers = new Set();
let open = false;

/** The least time between two readings of one address, in milliseconds: a busy world changes all the time. */
const rest = 150;

/** @param {Change} change */
function tell(change) {
  for (const listener of [...listeners]) listener(change);
}

/** @param {boolean} now */
function setOpen(now) {
  if (now === open) return;
  open = now;
  for (const watcher of [...watchers]) watcher(now);
}

/** Opens the stream; the browser opens it again by itself when it breaks. */
export function connect() {
  const stream = new EventSource(withToken('/_sim/events'));
  let broken = false;
  stream.onopen = () => {
    setOpen(true);
    // What happened in between is told again only if the simulator itself lived on.
    if (broken) tell({ kind: 'gap' });
    broken = false;
  };
  stream.onerror = () => {
    broken = true;
    setOpen(false);
  };
  for (const kind of kinds) {
    stream.addEventListener(kind, (e) => tell({ ...JSON.parse(e.data), kind }));
  }
}

/** Whether the stream is open, for a light in the bar. */
export function useConnected() {
  const [now, set] = useState(open);
  useEffect(() => {
    set(open);
    watchers.add(set);
    return () => void watchers.delete(set);
  }, []);
  return now;
}

/**
 * Hears of changes.
 * @param {(change: Change) => void} listener
 * @returns {() => void} stops it
 */
export function listen(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Reads an address, and again after changes of the given kinds. A busy world makes
 * many changes at once: they lead to one reading.
 * @param {string} path  '' reads nothing
 * @param {string[]} about kinds of change that concern it
 * @param {(change: Change) => boolean} [concerns] narrows them
 * @returns {{data: any, error: Error|null, again: () => void}}
 */
export function useData(path, about, concerns) {
  const [state, set] = useState({ path: '', data: null, error: null, again: () => {} });
  useEffect(() => {
    if (!path) return undefined;
    let alive = true;
    let busy = false;
    let stale = false;
    let timer = 0;
    let last = 0;
    const load = async () => {
      timer = 0;
      last = performance.now();
      if (busy) {
        stale = true;
        return;
      }
      busy = true;
      try {
        const data = await get(path);
        if (alive) set({ path, data, error: null, again: load });
      } catch (error) {
        if (alive) set((s) => ({ path, data: s.path === path ? s.data : null, error, again: load }));
      }
      busy = false;
      if (stale && alive) {
        stale = false;
        soon();
      }
    };
    const soon = () => {
      timer ||= setTimeout(load, Math.max(30, rest - (performance.now() - last)));
    };
    load();
    const stop = listen((change) => {
      const all = change.kind === 'gap' || change.kind === 'reset';
      if (all || (about.includes(change.kind) && (!concerns || concerns(change)))) soon();
    });
    return () => {
      alive = false;
      clearTimeout(timer);
      stop();
    };
  }, [path]);
  return state.path === path ? state : { data: null, error: null, again: state.again };
}
