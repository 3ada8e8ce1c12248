import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live, LiveContext, type LiveEvent, useLive } from './live';

/** An EventSource in the test's hands. */
class Source extends EventTarget {
  readonly CLOSED = 2;
  readyState = 1;
  close() {
    this.readyState = 2;
  }
  say(type: string, data: unknown) {
    this.dispatchEvent(
      new MessageEvent(type, { data: typeof data === 'string' ? data : JSON.stringify(data) }),
    );
  }
  refused() {
    this.readyState = 2;
    this.dispatchEvent(new Event('error'));
  }
}

function house() {
  const sources: Source[] = [];
  const live = new Live('/api/live/changes', () => {
    const source = new Source();
    sources.push(source);
    return source as unknown as EventSource;
  });
  const heard: LiveEvent[] = [];
  return { live, sources, heard, last: () => sources[sources.length - 1] as Source };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Live', () => {
  it('opens one connection for all listeners and closes it after the last', () => {
    const { live, sources, last } = house();
    const stopA = live.on('customer', () => {});
    const stopB = live.on('job', () => {});
    expect(sources).toHaveLength(1);
    stopA();
    expect(last().readyState).toBe(1);
    stopB();
    expect(last().readyState).toBe(2);
  });

  it('tells each listener its topic only, and survives nonsense', () => {
    const { live, heard, last } = house();
    live.on('customer', (event) => heard.push(event));
    last().say('change', { topic: 'job', keys: [] });
    last().say('change', 'not json');
    last().say('change', { topic: 'customer', keys: ['c1'] });
    expect(heard).toEqual([{ topic: 'customer', keys: ['c1'] }]);
  });

  it('holds news back until an act has ended, also when it fails', async () => {
    const { live, heard, last } = house();
    const gone = live.on('customer', (event) => heard.push(event));
    live.on('job', (event) => heard.push(event));
    await live.during(async () => {
      last().say('change', { topic: 'customer', keys: ['c1'] });
      last().say('change', { topic: 'job', keys: ['j1'] });
      expect(heard).toEqual([]);
      gone(); // the page has been left
    });
    expect(heard).toEqual([{ topic: 'job', keys: ['j1'] }]);
    expect(live.newest(['customer'])).toBeGreaterThan(0);
    await expect(live.during(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    last().say('change', { topic: 'job', keys: ['j2'] });
    expect(heard).toHaveLength(2);
  });

  it('makes everybody look again after a reset', () => {
    const { live, heard, last } = house();
    live.on('customer', (event) => heard.push(event));
    live.on('job', (event) => heard.push(event));
    last().say('reset', {});
    expect(heard.map((event) => event.topic)).toEqual(['customer', 'job']);
  });

  it('rests while the tab is hidden, and looks again afterwards', () => {
    const { live, heard, sources, last } = house();
    let hidden = false;
    const page = new EventTarget();
    Object.defineProperty(page, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
    live.watchVisibility(page as unknown as Document);
    live.on('customer', (event) => heard.push(event));
    hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    expect(last().readyState).toBe(2);
    hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    expect(sources).toHaveLength(2);
    expect(heard).toEqual([{ topic: 'customer', keys: [] }]);
  });

  it('comes back, ever later, when the server refused the connection', () => {
    const { live, sources, last } = house();
    live.on('customer', () => {});
    last().refused();
    vi.advanceTimersByTime(3_999);
    expect(sources).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sources).toHaveLength(2);
    last().refused();
    vi.advanceTimersByTime(7_999);
    expect(sources).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(sources).toHaveLength(3);
  });
});

const within =
  (live: Live, client: QueryClient) =>
  ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <LiveContext value={live}>{children}</LiveContext>
    </QueryClientProvider>
  );

describe('useLive', () => {
  it('reads the given keys again, once for a burst', () => {
    const { live, last } = house();
    const client = new QueryClient();
    const invalidate = vi.spyOn(client, 'invalidateQueries').mockResolvedValue();
    renderHook(() => useLive(['customer', 'follow'], [['customer', 'list']]), {
      wrapper: within(live, client),
    });
    invalidate.mockClear();
    act(() => {
      for (let i = 0; i < 50; i++)
        last().say('change', { topic: i % 2 ? 'customer' : 'follow', keys: [`c${i}`] });
      vi.advanceTimersByTime(1_000);
    });
    expect(invalidate).toHaveBeenCalledTimes(1);
    expect(invalidate).toHaveBeenCalledWith({ queryKey: ['customer', 'list'] });
  });

  it('does not look, for news of before either, while an act wants to be undisturbed', async () => {
    const { live, last } = house();
    const client = new QueryClient();
    const invalidate = vi.spyOn(client, 'invalidateQueries').mockResolvedValue();
    const stays = renderHook(() => useLive('customer', [['customer', 'list']]), {
      wrapper: within(live, client),
    });
    const leaves = renderHook(() => useLive('customer', [['customer', 'one']]), {
      wrapper: within(live, client),
    });
    invalidate.mockClear();
    last().say('change', { topic: 'customer', keys: ['c1'] });
    await live.during(async () => {
      vi.advanceTimersByTime(1_000);
      expect(invalidate).not.toHaveBeenCalled();
      leaves.unmount();
    });
    expect(invalidate.mock.calls).toEqual([[{ queryKey: ['customer', 'list'] }]]);
    stays.unmount();
  });

  it('reads again what news outdated while nobody listened, and nothing else', async () => {
    const { live, last } = house();
    live.on('job', () => {});
    const client = new QueryClient();
    const outdated = (key: string) => client.getQueryState([key])?.isInvalidated;
    client.setQueryData(['customer'], 'old');
    client.setQueryData(['churn'], 'old');
    vi.advanceTimersByTime(1_000);
    last().say('change', { topic: 'customer', keys: [] });
    vi.advanceTimersByTime(1_000);
    client.setQueryData(['follow'], 'new');
    renderHook(() => useLive('customer', [['customer'], ['follow']]), { wrapper: within(live, client) });
    renderHook(() => useLive('churn', [['churn']]), { wrapper: within(live, client) });
    expect(['customer', 'follow', 'churn'].map(outdated)).toEqual([true, false, false]);
  });
});
