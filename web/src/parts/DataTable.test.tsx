import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { I18nProvider } from '@/lib/i18n';
import { parseSearch, stringifySearch } from '@/lib/search-params';
import { gather } from '@/lib/translate';
import { DataTable, type DataTableProps, type LoadRequest, type Selection } from './DataTable';
import { Kit } from './Kit';
import zh from './locale/zh-CN.json';

interface Row {
  id: string;
  name: string;
}

const all: Row[] = Array.from({ length: 45 }, (_, i) => ({ id: `r${i}`, name: `row ${i}` }));

/** A list of 45 rows behind a cursor. */
async function pageOf({ after, limit }: LoadRequest) {
  const from = Number(after ?? 0);
  const next = from + limit < all.length ? String(from + limit) : undefined;
  return { items: all.slice(from, from + limit), next, total: { count: all.length, exact: true } };
}

beforeEach(() => {
  localStorage.clear();
  window.history.replaceState(null, '', '/');
});
afterEach(cleanup);

function show(props: Partial<DataTableProps<Row>>) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const table: DataTableProps<Row> = {
    id: 'test',
    label: 'rows',
    columns: [{ key: 'name', title: 'Name', render: (row) => row.name }],
    rowKey: (row) => row.id,
    queryKey: ['rows'],
    load: pageOf,
    empty: { title: 'nothing yet', action: <button type="button">make one</button> },
    ...props,
  };
  const root = createRootRoute({ component: () => <DataTable<Row> {...table} /> });
  const router = createRouter({ routeTree: root, parseSearch, stringifySearch });
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts: zh })} onSwitch={() => {}}>
      <QueryClientProvider client={client}>
        <Kit dark={false}>
          <RouterProvider router={router} />
        </Kit>
      </QueryClientProvider>
    </I18nProvider>,
  );
  return userEvent.setup();
}

describe('DataTable', () => {
  it('walks forward and back by cursor', async () => {
    const user = show({});
    await screen.findByText('row 0');
    expect(screen.getByText('共 45 条')).toBeDefined();
    const previous = () => screen.getByRole<HTMLButtonElement>('button', { name: '上一页' });
    const next = () => screen.getByRole<HTMLButtonElement>('button', { name: '下一页' });
    expect(previous().disabled).toBe(true);
    await user.click(next());
    await screen.findByText('row 20');
    await user.click(next());
    await screen.findByText('row 40');
    expect(screen.getByText('第 41–45 行')).toBeDefined();
    expect(next().disabled).toBe(true);
    await user.click(previous());
    await screen.findByText('row 20');
  });

  it('begins again when a cursor has died', async () => {
    const load = vi.fn(async (request: LoadRequest) => {
      if (request.after) throw new Problem(422, { code: 'invalid', detail: 'no such cursor' });
      return pageOf(request);
    });
    const user = show({ load });
    await screen.findByText('row 0');
    await user.click(screen.getByRole('button', { name: '下一页' }));
    await screen.findByText('第 1–20 行');
    expect(load.mock.calls.some(([request]) => request.after === '20')).toBe(true);
    expect(screen.queryByText('no such cursor')).toBeNull();
  });

  it('asks the server for a column while it is shown', async () => {
    const load = vi.fn(pageOf);
    const user = show({
      load,
      columns: [
        { key: 'name', title: 'Name', render: (row) => row.name },
        { key: 'shoe.size', title: 'Shoe size', optional: true, asked: 'shoe', render: () => '42' },
      ],
    });
    await screen.findByText('row 0');
    expect(load.mock.calls.map(([request]) => request.columns)).toEqual([[]]);
    await user.click(screen.getByRole('button', { name: '表格设置' }));
    await user.click(await screen.findByRole('checkbox', { name: 'Shoe size' }));
    await screen.findAllByText('42');
    expect(load.mock.lastCall?.[0].columns).toEqual(['shoe.size']);
  });

  it('counts exactly only when asked to', async () => {
    const countExactly = vi.fn(async () => 12_408);
    const load = async (request: LoadRequest) => ({
      ...(await pageOf(request)),
      total: { count: 10_000, exact: false },
    });
    const user = show({ load, countExactly });
    await screen.findByText(/超过 10,000 条/);
    expect(countExactly).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: '精确统计' }));
    await screen.findByText('共 12,408 条');
  });

  it('tells an empty list from filters that match nothing', async () => {
    const load = async () => ({ items: [] });
    show({ load });
    expect(await screen.findByText('nothing yet')).toBeDefined();
    expect(screen.getByRole('button', { name: 'make one' })).toBeDefined();
    cleanup();

    const clear = vi.fn();
    const user = show({ load, filters: { active: true, clear } });
    await user.click(await screen.findByRole('button', { name: '清除筛选' }));
    expect(clear).toHaveBeenCalledTimes(1);
    expect(screen.queryByText('nothing yet')).toBeNull();
  });

  it('says what went wrong and what to do, and tries again', async () => {
    let broken = true;
    const load = async (request: LoadRequest) => {
      if (broken)
        throw new Problem(502, {
          upstream: 60020,
          detail: 'IP',
          advice: 'add 203.0.113.7',
          reference: '7F3K',
        });
      return pageOf(request);
    };
    const user = show({ load });
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('企业微信返回错误 60020')).toBeDefined();
    expect(within(alert).getByText('add 203.0.113.7')).toBeDefined();
    expect(within(alert).getByText('7F3K')).toBeDefined();
    broken = false;
    await user.click(within(alert).getByRole('button', { name: '重试' }));
    await screen.findByText('row 0');
  });

  it('selects over all pages, and can leave some out', async () => {
    let selected: Selection | undefined;
    const user = show({
      bulk: (selection) => {
        selected = selection;
        return <span>actions</span>;
      },
    });
    await screen.findByText('row 0');
    const [everything, first] = screen.getAllByRole('checkbox');
    await user.click(everything as HTMLElement);
    expect(selected).toMatchObject({ all: false, count: 20 });
    await user.click(screen.getByRole('button', { name: '选择符合条件的全部 45 条' }));
    expect(selected).toMatchObject({ all: true, count: 45, matching: 45 });
    await user.click(first as HTMLElement);
    expect(selected).toMatchObject({ all: true, count: 44, except: ['r0'] });
    await user.click(screen.getByRole('button', { name: '下一页' }));
    await screen.findByText('row 20');
    expect(selected).toMatchObject({ all: true, count: 44, except: ['r0'] });
  });

  it('opens a row in a drawer that the address names', async () => {
    const user = show({ drawer: (key, row) => ({ title: key, content: <p>about {row?.name}</p> }) });
    await user.click(await screen.findByText('row 3'));
    expect(await screen.findByText('about row 3')).toBeDefined();
    expect(window.location.search).toBe('?open=r3');
  });

  it('remembers which columns are shown', async () => {
    const columns = [
      { key: 'name', title: 'Name', render: (row: Row) => row.name },
      { key: 'id', title: 'Id', render: (row: Row) => `#${row.id}` },
    ];
    const user = show({ columns });
    await screen.findByText('#r0');
    await user.click(screen.getByRole('button', { name: '表格设置' }));
    await user.click(await screen.findByRole('checkbox', { name: 'Id' }));
    expect(screen.queryByText('#r0')).toBeNull();
    cleanup();
    show({ columns });
    await screen.findByText('row 0');
    expect(screen.queryByText('#r0')).toBeNull();
  });
});
