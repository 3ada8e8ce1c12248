import type { ReactNode } from 'react';
import { useCustomerActions } from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import type { Rule } from '@/lib/rule';
import { type Column, DataTable, type DataTableProps, type LoadRequest } from '@/parts/DataTable';
import type { View } from '@/parts/Views';
import { CustomerActions } from './actions';
import { CustomerFacts } from './customer-facts';
import { type Cell, useMoreColumns } from './more-columns';
import { type Filters, type Level, type ListQuery, queryOf, selectionOf } from './query';
import { useT } from './strings';
import { SyncButton } from './sync-button';
import { looksOf, tableName } from './views';

/** What the page gives to the table of either level. */
export interface LevelProps {
  rule: Rule;
  filters: Filters;
  view: View | undefined;
  tools: ReactNode;
}

/** The rows' request, with what both levels ask in the same way. */
export type RowsQuery = ListQuery & {
  after?: string;
  limit: number;
  column: string[];
  english: boolean;
};

/** Customers at one level: the features' columns and actions, exact counts, a drawer of the person. */
export function LevelTable<Row extends { id: string; name: string; cells?: Record<string, Cell> }>(props: {
  list: LevelProps;
  level: Level;
  columns: readonly Column<Row>[];
  load: (query: RowsQuery, signal: AbortSignal) => ReturnType<DataTableProps<Row>['load']>;
  count: (query: ListQuery, signal: AbortSignal) => ReturnType<NonNullable<DataTableProps<Row>['count']>>;
  /** Whose page a row opens; undefined while the row is not on this page of the list. */
  customer: (key: string, row: Row | undefined) => string | undefined;
}) {
  const { level, load, count } = props;
  const { rule, filters, view, tools } = props.list;
  const t = useT();
  const { language } = useI18n();
  const more = useMoreColumns<Row>(level);
  const acts = useCustomerActions('list').length > 0;
  const query = queryOf(rule);
  const english = language === 'en';
  return (
    <DataTable<Row>
      id={tableName(level, view)}
      start={view && looksOf(view.content).columns?.[level]}
      label={t('title')}
      columns={[...props.columns, ...more]}
      rowKey={(row) => row.id}
      queryKey={['customer', level, query, language]}
      load={({ after, limit, columns: column, signal }: LoadRequest) =>
        load({ ...query, after, limit, column, english }, signal)
      }
      count={(signal) => count(query, signal)}
      filters={filters}
      tools={tools}
      bulk={
        acts
          ? (selection, clear) => (
              <CustomerActions
                on="list"
                selection={selectionOf(selection, level, rule)}
                level={level === 'company' ? 'customer' : 'follow'}
                count={selection.count}
                more={selection.all}
                onDone={clear}
              />
            )
          : undefined
      }
      empty={{ title: t('empty'), hint: t('empty.hint'), action: <SyncButton primary /> }}
      drawer={(key, row) => {
        const id = props.customer(key, row);
        return {
          title: row?.name || t('detail'),
          href: id && `/customer/${id}`,
          content: id ? <CustomerFacts id={id} /> : null,
        };
      }}
      drawerWidth={640}
    />
  );
}
