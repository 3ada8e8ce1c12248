import { Checkbox, Button as KitButton, Popover, Segmented, Select, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { Icon } from './Icon';
import { useT } from './strings';

/** A table's remembered looks. */
export interface Layout {
  /** Keys of the optional columns that are on and the others that are off; unknown keys are ignored. */
  on: string[];
  off: string[];
  dense: boolean;
  /** Rows a page. */
  size: number;
}

interface ColumnFace {
  key: string;
  title: string;
  fixed?: boolean;
  optional?: boolean;
}

export function startLayout(_columns: readonly ColumnFace[], size: number): Layout {
  return { on: [], off: [], dense: false, size };
}

export function visibleColumns<C extends ColumnFace>(columns: readonly C[], layout: Layout): C[] {
  return columns.filter((column) => isOn(column, layout));
}

function isOn(column: ColumnFace, layout: Layout): boolean {
  if (column.fixed) return true;
  return column.optional ? layout.on.includes(column.key) : !layout.off.includes(column.key);
}

/** The line above the rows: total or selection on the left; reload, columns and density on the right. */
export function TableTools(props: {
  left: ReactNode;
  more?: ReactNode;
  columns: readonly ColumnFace[];
  layout: Layout;
  onLayout: (layout: Layout) => void;
  onReload: () => void;
  reloading: boolean;
}) {
  const { columns, layout, onLayout } = props;
  const t = useT();
  const toggle = (column: ColumnFace, on: boolean) => {
    const without = (keys: string[]) => keys.filter((key) => key !== column.key);
    const list = column.optional ? 'on' : 'off';
    const listed = column.optional ? on : !on;
    onLayout({ ...layout, [list]: listed ? [...without(layout[list]), column.key] : without(layout[list]) });
  };
  return (
    <div className="q-table-tools">
      <div className="q-grow">{props.left}</div>
      {props.more}
      <Tooltip title={t('reload')}>
        <KitButton
          type="text"
          aria-label={t('reload')}
          icon={<Icon name="reload" spin={props.reloading} />}
          onClick={props.onReload}
        />
      </Tooltip>
      <Popover
        trigger="click"
        placement="bottomRight"
        content={
          <div className="q-table-settings">
            <strong>{t('density')}</strong>
            <Segmented
              block
              value={layout.dense ? 'dense' : 'wide'}
              onChange={(value) => onLayout({ ...layout, dense: value === 'dense' })}
              options={[
                { value: 'wide', label: t('density.wide') },
                { value: 'dense', label: t('density.dense') },
              ]}
            />
            <strong>{t('columns')}</strong>
            {columns.map((column) => (
              <Checkbox
                key={column.key}
                checked={isOn(column, layout)}
                disabled={column.fixed}
                onChange={(event) => toggle(column, event.target.checked)}
              >
                {column.title}
              </Checkbox>
            ))}
            <KitButton size="small" onClick={() => onLayout({ ...layout, on: [], off: [], dense: false })}>
              {t('standardLayout')}
            </KitButton>
          </div>
        }
      >
        <KitButton type="text" aria-label={t('tableSettings')} icon={<Icon name="columns" />} />
      </Popover>
    </div>
  );
}

/** The line below the rows: rows a page, and the way to the next and the previous page. */
export function TableFoot(props: {
  page: number;
  rows: number;
  size: number;
  hasNext: boolean;
  waiting: boolean;
  onSize: (size: number) => void;
  onPrevious: () => void;
  onNext: () => void;
}) {
  const t = useT();
  if (props.rows === 0 && props.page === 1) return null;
  const first = (props.page - 1) * props.size + 1;
  return (
    <nav className="q-table-foot" aria-label={t('paging')}>
      <span className="q-faint q-num">
        {props.rows > 0 && t('rowsShown', { from: first, to: first + props.rows - 1 })}
      </span>
      <span className="q-row">
        <Select
          size="small"
          variant="borderless"
          value={props.size}
          onChange={props.onSize}
          aria-label={t('pageSize')}
          options={[20, 50, 100].map((size) => ({ value: size, label: t('rowsAPage', { n: size }) }))}
        />
        <KitButton
          size="small"
          icon={<Icon name="left" />}
          disabled={props.page === 1 || props.waiting}
          onClick={props.onPrevious}
        >
          {t('previousPage')}
        </KitButton>
        <KitButton
          size="small"
          icon={<Icon name="right" />}
          iconPlacement="end"
          disabled={!props.hasNext || props.waiting}
          onClick={props.onNext}
        >
          {t('nextPage')}
        </KitButton>
      </span>
    </nav>
  );
}
