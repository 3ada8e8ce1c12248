import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useRef } from 'react';

/** One piece of news: something of a topic ("customer", "job") has changed. */
export interface LiveEvent {
  topic: string;
  /** What of it; empty means: anything may have changed. */
  keys: string[];
}

type Listener = (event: LiveEvent) => void;

/** Makes an EventSource; a test hands in its own. */
export type OpenSource = (url: string) => EventSource;

/**
 * The tab's one connection to /api/live/changes. It is open while somebody listens
 * and the tab can be seen: a browser grants few connections to a server, and a
 * hidden tab needs no news. After a lost connection the browser comes back with
 * Last-Event-ID by itself and the server tells what was missed. After a pause, and
 * when the server says "reset" (too much was missed), every topic is looked at again.
 */
export class Live {
  private source: EventSource | null = null;
  private readonly listeners = new Map<string, Set<Listener>>();
  /** When news of a topic last came, in unix milliseconds, whether anybody listened or not; "" is for all topics. */
  private readonly news = new Map<string, number>();
  private paused = false;
  /** How many acts want to end undisturbed, and what is to be done afterwards. */
  private undisturbed = 0;
  private held: (() => void)[] = [];
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url = '/api/live/changes',
    private readonly open: OpenSource = (address) => new EventSource(address),
  ) {}

  /** Follows the tab's visibility until the returned function is called. */
  watchVisibility(page: Document): () => void {
    const follow = () => (page.visibilityState === 'hidden' ? this.pause() : this.resume());
    page.addEventListener('visibilitychange', follow);
    follow();
    return () => {
      page.removeEventListener('visibilitychange', follow);
      this.close();
    };
  }

  /** Calls the listener for each event of the topic until the returned function is called. */
  on(topic: string, listener: Listener): () => void {
    const set = this.listeners.get(topic) ?? new Set();
    set.add(listener);
    this.listeners.set(topic, set);
    this.connect();
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(topic);
      if (this.listeners.size === 0) this.close();
    };
  }

  /** When there last was news of any of the topics: what was read before may be out of date. 0 when never. */
  newest(topics: readonly string[]): number {
    return Math.max(0, ...['', ...topics].map((topic) => this.news.get(topic) ?? 0));
  }

  /**
   * Carries out an act of the page's own, until it has led away, and tells the news afterwards to
   * who still listens: a page that deletes its thing would else read it once more, and find nothing.
   */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.undisturbed++;
    try {
      return await act();
    } finally {
      this.undisturbed--;
      if (this.undisturbed === 0) for (const act of this.held.splice(0)) act();
    }
  }

  /** Does it now, or when the acts have ended that want to be undisturbed. */
  quietly(act: () => void) {
    if (this.undisturbed > 0) this.held.push(act);
    else act();
  }

  private pause() {
    this.paused = true;
    this.close();
  }

  private resume() {
    if (!this.paused) return;
    this.paused = false;
    this.connect();
    this.everything();
  }

  private everything() {
    this.news.set('', Date.now());
    for (const [topic, set] of this.listeners) for (const listener of set) listener({ topic, keys: [] });
  }

  private connect() {
    if (this.source || this.paused || this.listeners.size === 0) return;
    const source = this.open(this.url);
    source.addEventListener('change', (message) => this.tell(message.data));
    source.addEventListener('reset', () => this.everything());
    source.addEventListener('open', () => {
      this.failures = 0;
    });
    source.addEventListener('error', () => this.failed(source));
    this.source = source;
  }

  /** A browser repeats a broken connection itself, but gives up when the server refused it; then we try, ever less often. */
  private failed(source: EventSource) {
    if (source.readyState !== source.CLOSED || source !== this.source) return;
    this.close();
    this.failures++;
    this.retry = setTimeout(
      () => {
        this.connect();
        this.everything();
      },
      Math.min(60_000, 2_000 * 2 ** this.failures),
    );
  }

  private close() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  private tell(data: string) {
    const event = parse(data);
    if (event) this.quietly(() => this.deliver(event));
  }

  private deliver(event: LiveEvent) {
    this.news.set(event.topic, Date.now());
    for (const listener of this.listeners.get(event.topic) ?? []) listener(event);
  }
}

function parse(data: string): LiveEvent | null {
  try {
    const event = JSON.parse(data) as Partial<LiveEvent> | null;
    return typeof event?.topic === 'string' ? { topic: event.topic, keys: event.keys ?? [] } : null;
  } catch {
    return null;
  }
}

export const LiveContext = createContext<Live | null>(null);

/** Carries out an act undisturbed by news (Live.during). */
export function useUndisturbed(): <T>(act: () => Promise<T>) => Promise<T> {
  const live = useContext(LiveContext);
  return (act) => (live ? live.during(act) : act());
}

/** Bursts are answered once: a mass change tells a hundred events, and one look is enough. Milliseconds. */
const usualSettle = 400;

/**
 * Looks again at the given query keys whenever the server tells news of the topic:
 *
 *   useLive('customer', [['customer', 'list'], ['home', 'tiles']]);
 *
 * Several topics may be given when any of them means the same keys. What is costly
 * to read may be read less often: `settle` is the least time between two looks, in ms.
 * What another page kept from before the last news is read again at once: nobody
 * listened for it in between.
 */
export function useLive(
  topics: string | readonly string[],
  keys: readonly QueryKey[],
  settle = usualSettle,
): void {
  const live = useContext(LiveContext);
  const client = useQueryClient();
  const list = typeof topics === 'string' ? topics : topics.join(' ');
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!live) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const look = () => {
      timer = undefined;
      if (!left) for (const queryKey of latest.current) void client.invalidateQueries({ queryKey });
    };
    const soon = () => {
      timer ??= setTimeout(() => live.quietly(look), settle);
    };
    const names = list.split(' ').filter(Boolean);
    const newest = live.newest(names);
    for (const queryKey of latest.current) {
      void client.invalidateQueries({
        queryKey,
        predicate: ({ state }) => state.dataUpdatedAt > 0 && state.dataUpdatedAt <= newest,
      });
    }
    const stops = names.map((topic) => live.on(topic, soon));
    return () => {
      left = true;
      for (const stop of stops) stop();
      clearTimeout(timer);
    };
  }, [live, client, list, settle]);
}
