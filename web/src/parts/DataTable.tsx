import { keepPreviousData, type QueryKey, useQuery } from '@tanstack/react-query';
import { Table, type TableProps } from 'antd';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Problem } from '@/api/problem';
import type { ListPage } from '@/api/types';
import { useLive } from '@/lib/live';
import { usePreference } from '@/lib/preference';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from './Button';
import { Drawer } from './Drawer';
import { Empty } from './Empty';
import { ErrorView } from './ErrorView';
import { Hint } from './Facts';
import { useT } from './strings';
import { type Layout, startLayout, TableFoot, TableTools, visibleColumns } from './table-furniture';
import { noneSelected, type Selection, SelectionBar } from './table-selection';
import './style/table.css';

export type { Layout } from './table-furniture';
export type { Selection } from './table-selection';

export interface Column<Row> {
  key: string;
  /** "" for the buttons at a row's end. */
  title: string;
  /** What the figure or word means, on hover of the heading. */
  hint?: string;
  render: (row: Row) => ReactNode;
  /** Pixels. A column without width takes what is left. */
  width?: number;
  align?: 'left' | 'right';
  /** Cannot be switched off, and stays in sight when the table scrolls sideways. */
  fixed?: boolean;
  /** Off until the user switches it on. */
  optional?: boolean;
  /** The server tells it only when asked: while it is shown, load() gets its key. The value is the topic of its news. */
  asked?: string;
}

export interface LoadRequest {
  /** "next" of the page before; undefined for the first page. */
  after: string | undefined;
  limit: number;
  /** Keys of the columns in sight that are `asked`. */
  columns: string[];
  signal: AbortSignal;
}

export interface DataTableProps<Row> {
  /** Names the table's remembered layout: "customer.list". */
  id: string;
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Key of the list in the query cache, with all filters in it; a change starts at the first page. */
  queryKey: QueryKey;
  /** Reads one page; a list by cursor, never by page number. */
  load: (request: LoadRequest) => Promise<ListPage<Row>>;
  /** What stands in an empty table: what will appear here, and the one action that makes it appear. */
  empty: { title: string; hint?: ReactNode; action?: ReactNode };
  /** True while filters are set, with the way to clear them: an empty answer then means "no match". */
  filters?: { active: boolean; clear: () => void };
  /** A row opens this in a drawer; the open row's key stands in the address (?open=…). */
  drawer?: (
    key: string,
    row: Row | undefined,
  ) => { title: ReactNode; content: ReactNode; href?: string; actions?: ReactNode };
  drawerWidth?: number;
  /** Actions on what is selected; turns on the check boxes. */
  bulk?: (selection: Selection, clear: () => void) => ReactNode;
  /** Reads the total beside the first page; the rows do not wait for it. */
  count?: (signal: AbortSignal) => Promise<NonNullable<ListPage<Row>['total']>>;
  /** Counts exactly when the total is only "more than"; shown as a button beside it. */
  countExactly?: () => Promise<number>;
  /** More buttons above the table, left of its settings. */
  tools?: ReactNode;
  pageSize?: number;
  /** The looks it begins with, where this browser remembers none. */
  start?: Partial<Layout>;
}

/** A list: loads by cursor, remembers its columns and density, selects over pages, opens rows in a drawer. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { id, rowKey, queryKey, load, drawer, bulk, filters } = props;
  const t = useT();
  const columns = useMemo(
    () => props.columns.map((column) => (column.title ? column : { ...column, title: t('rowActions') })),
    [props.columns, t],
  );
  const [layout, setLayout] = usePreference<Layout>(`table.${id}`, {
    ...startLayout(columns, props.pageSize ?? 20),
    ...props.start,
  });
  // The cursors of the pages walked through; the last is the present one.
  const [walked, setWalked] = useState<(string | undefined)[]>([undefined]);
  const [selection, setSelection] = useState<Selection>(noneSelected);
  const opened = useUrlFilters('open');
  const listKey = JSON.stringify(queryKey);
  const [shownKey, setShownKey] = useState(listKey);
  if (shownKey !== listKey) {
    setShownKey(listKey);
    setWalked([undefined]);
    setSelection(noneSelected);
  }

  const shown = useMemo(() => visibleColumns(columns, layout), [columns, layout]);
  const after = walked[walked.length - 1];
  const more = shown.filter((column) => column.asked);
  const asked = { after, limit: layout.size, columns: more.map((column) => column.key) };
  useLive(
    more.map((column) => column.asked ?? ''),
    [[...queryKey, asked]],
  );
  const page = useQuery({
    queryKey: [...queryKey, asked],
    queryFn: ({ signal }) => load({ ...asked, signal }),
    placeholderData: keepPreviousData,
  });
  const { count } = props;
  const counted = useQuery({
    queryKey: [...queryKey, 'count'],
    queryFn: ({ signal }) => count?.(signal) ?? null,
    enabled: count !== undefined,
    placeholderData: keepPreviousData,
  });
  const total = page.data?.total ?? counted.data ?? undefined;
  // A cursor may die (the list changed, the server was upgraded): begin again instead of showing an error for ever.
  const deadCursor = after !== undefined && page.error instanceof Problem && page.error.code === 'invalid';
  useEffect(() => {
    if (deadCursor) setWalked([undefined]);
  }, [deadCursor]);

  const rows = page.data?.items ?? [];
  const openKey = opened.one('open');
  const openRow = rows.find((row) => rowKey(row) === openKey);
  const panel = drawer && openKey !== undefined ? drawer(openKey, openRow) : undefined;

  const kitColumns: TableProps<Row>['columns'] = shown.map((column) => ({
    key: column.key,
    title: column.hint ? <Hint text={column.hint}>{column.title}</Hint> : column.title,
    // Without rows nothing has to keep its width: what is said instead stands in the middle.
    width: rows.length > 0 ? column.width : undefined,
    align: column.align,
    fixed: rows.length > 0 && column.fixed ? 'left' : undefined,
    showSorterTooltip: false,
    className: column.align === 'right' ? 'q-num' : undefined,
    render: (_: unknown, row: Row) => column.render(row),
  }));

  if (page.isError && !page.data) {
    return (
      <div className="q-card">
        <ErrorView error={page.error} onRetry={() => void page.refetch()} />
      </div>
    );
  }
  return (
    <section
      ref={mendKeyboard}
      className="q-card q-table"
      aria-label={props.label}
      aria-busy={page.isFetching}
    >
      <TableTools
        left={
          bulk && selection.count > 0 ? (
            <SelectionBar
              selection={selection}
              total={total}
              rows={rows.length}
              onChange={setSelection}
              actions={bulk(selection, () => setSelection(noneSelected))}
            />
          ) : (
            <Total total={total} countExactly={props.countExactly} listKey={listKey} />
          )
        }
        more={props.tools}
        columns={columns}
        layout={layout}
        onLayout={setLayout}
        onReload={() => void page.refetch()}
        reloading={page.isFetching && !page.isPending}
      />
      {page.isError && <ErrorView compact error={page.error} onRetry={() => void page.refetch()} />}
      <Table<Row>
        rowKey={rowKey}
        columns={kitColumns}
        dataSource={rows}
        size={layout.dense ? 'small' : 'middle'}
        loading={page.isPlaceholderData}
        pagination={false}
        sticky={{ offsetHeader: 56 }}
        showHeader={rows.length > 0 || page.isPending}
        scroll={
          rows.length > 0
            ? { x: shown.reduce((sum, column) => sum + (column.width ?? 180), bulk ? 48 : 0) }
            : undefined
        }
        className={page.isPending ? 'q-table-first' : undefined}
        locale={{
          emptyText: page.isPending ? (
            <SkeletonRows rows={8} />
          ) : filters?.active ? (
            <Empty
              compact
              icon="search"
              title={t('noMatch')}
              hint={t('noMatch.hint')}
              action={<Button onClick={filters.clear}>{t('clearFilters')}</Button>}
            />
          ) : (
            <Empty {...props.empty} />
          ),
        }}
        rowSelection={
          bulk && rows.length > 0
            ? {
                selectedRowKeys: selection.all
                  ? rows.map(rowKey).filter((key) => !selection.except.includes(key))
                  : selection.keys,
                preserveSelectedRowKeys: true,
                onChange: (keys) => {
                  const chosen = keys.map(String);
                  if (!selection.all)
                    return setSelection({ all: false, keys: chosen, except: [], count: chosen.length });
                  const left = rows.map(rowKey).filter((key) => !chosen.includes(key));
                  const kept = selection.except.filter((key) => !rows.some((row) => rowKey(row) === key));
                  const except = [...kept, ...left];
                  setSelection({ ...selection, except, count: selection.matching - except.length });
                },
                columnWidth: 44,
              }
            : undefined
        }
        onRow={
          drawer &&
          ((row) => ({
            className: rowKey(row) === openKey ? 'q-table-open' : 'q-table-row',
            tabIndex: 0,
            onClick: (event) => {
              if (!isControl(event.target)) opened.patch({ open: rowKey(row) });
            },
            onKeyDown: (event) => {
              if (event.key === 'Enter' && event.target === event.currentTarget)
                opened.patch({ open: rowKey(row) });
            },
          }))
        }
      />
      <TableFoot
        page={walked.length}
        hasNext={Boolean(page.data?.next)}
        rows={rows.length}
        size={layout.size}
        waiting={page.isPlaceholderData}
        onSize={(size) => {
          setLayout({ ...layout, size });
          setWalked([undefined]);
        }}
        onPrevious={() => setWalked(walked.slice(0, -1))}
        onNext={() => setWalked([...walked, page.data?.next])}
      />
      {drawer && (
        <Drawer
          open={panel !== undefined}
          onClose={() => opened.patch({ open: undefined })}
          title={panel?.title}
          href={panel?.href}
          actions={panel?.actions}
          width={props.drawerWidth}
        >
          {panel?.content}
        </Drawer>
      )}
    </section>
  );
}

/** "12,408 in all"; beyond what is counted exactly "more than 10,000", with a button for the exact number. */
function Total(props: {
  total: ListPage<unknown>['total'];
  countExactly?: () => Promise<number>;
  listKey: string;
}) {
  const t = useT();
  const [counted, setCounted] = useState<{ key: string; count: number } | null>(null);
  const { total, countExactly, listKey } = props;
  if (!total) return <span />;
  if (counted?.key === listKey)
    return <span className="q-faint q-num">{t('total', { n: counted.count })}</span>;
  if (total.exact) return <span className="q-faint q-num">{t('total', { n: total.count })}</span>;
  return (
    <span className="q-faint q-num">
      {total.count > 0 ? t('totalMore', { n: total.count }) : t('totalUnknown')}
      {countExactly && (
        <Button
          look="link"
          size="small"
          onClick={async () => setCounted({ key: listKey, count: await countExactly() })}
        >
          {t('countExactly')}
        </Button>
      )}
    </span>
  );
}

function SkeletonRows({ rows }: { rows: number }) {
  return (
    <div className="q-skeleton">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey lines have no identity.
        <i key={i} style={{ animationDelay: `${i * 60}ms` }} />
      ))}
    </div>
  );
}

/**
 * What the kit leaves out for the keyboard. It repeats the headings, check box included, in a hidden row to measure
 * widths: nobody shall tab into it. What scrolls sideways has to be reachable, rows with nothing to press too.
 */
function mendKeyboard(section: HTMLElement | null): () => void {
  const quiet = () => {
    for (const row of section?.querySelectorAll('.ant-table-measure-row') ?? [])
      row.setAttribute('inert', '');
    for (const area of section?.querySelectorAll('.ant-table-body, .ant-table-content') ?? [])
      area.setAttribute('tabindex', '0');
  };
  const watcher = new MutationObserver(quiet);
  if (section) watcher.observe(section, { childList: true, subtree: true });
  quiet();
  return () => watcher.disconnect();
}

/** A click on a button, link or check box inside a row is meant for that, not for the row. */
function isControl(target: EventTarget): boolean {
  return (
    target instanceof Element && target.closest('a,button,input,label,.ant-table-selection-column') !== null
  );
}
