import { Input, Button as KitButton, Popover } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { FilterValue, UrlFilters } from '@/lib/url-filters';
import { FilterEditor, type FilterItem, tagModes, useFilterWords } from './filter-kinds';
import { Icon } from './Icon';
import { useT } from './strings';
import { FilterViews } from './Views';
import './style/table.css';

export type { FilterItem } from './filter-kinds';

export interface FilterBarProps {
  filters: UrlFilters;
  /** The free text on the left, kept under this key. */
  search?: { key: string; placeholder: string };
  items: readonly FilterItem[];
  /** Gives the bar saved views: those of this list of the server's (feature.List). */
  viewsKey?: string;
  /** Further controls at the right end; beside the search, if there is one, where no open chip lies over them. */
  children?: ReactNode;
}

/** The filters of a list, each a chip; their state stands in the page's address. */
export function FilterBar({ filters, search, items, viewsKey, children }: FilterBarProps) {
  const t = useT();
  const tools = (children || viewsKey) && (
    <span className="q-filters-tools">
      {children}
      {viewsKey && <FilterViews list={viewsKey} filters={filters} />}
    </span>
  );
  return (
    <search className="q-filters">
      {search && <SearchBox filters={filters} name={search.key} placeholder={search.placeholder} />}
      {search && tools}
      {items.map((item) => (
        <Chip key={item.key} item={item} filters={filters} />
      ))}
      {filters.active && (
        <KitButton type="text" onClick={filters.clear}>
          {t('clearFilters')}
        </KitButton>
      )}
      {!search && tools}
    </search>
  );
}

/** Types ahead: the address follows a moment after the last key, so that not each letter is a request. */
function SearchBox({
  filters,
  name,
  placeholder,
}: {
  filters: UrlFilters;
  name: string;
  placeholder: string;
}) {
  const inAddress = filters.one(name) ?? '';
  const [text, setText] = useState(inAddress);
  const sent = useRef(inAddress);
  useEffect(() => {
    // The address changed by other means (cleared, a saved view, the back button).
    if (inAddress !== sent.current) {
      sent.current = inAddress;
      setText(inAddress);
    }
  }, [inAddress]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      filters.patch({ [name]: wanted });
    }, 300);
    return () => clearTimeout(timer);
  }, [text, filters, name]);
  return (
    <Input
      className="q-filters-search"
      prefix={<Icon name="search" />}
      allowClear
      value={text}
      placeholder={placeholder}
      aria-label={placeholder}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function Chip({ item, filters }: { item: FilterItem; filters: UrlFilters }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const value: FilterValue = filters.values[item.key];
  const modeKey = item.kind === 'tag' ? item.modeKey : undefined;
  const mode = tagModes.find((one) => modeKey !== undefined && one === filters.one(modeKey)) ?? 'any';
  const names = useFilterWords(item, value);
  const words = mode === 'any' ? names : `${t(`tagMode.${mode}`)} ${names}`;
  const clear = () => filters.patch({ [item.key]: undefined, ...(modeKey ? { [modeKey]: undefined } : {}) });
  const set = value !== undefined;
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      // On a phone a chip may stand near the right edge: what it opens moves into the window.
      align={{ overflow: { adjustX: false, adjustY: true, shiftX: true } }}
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <div className="q-chip-editor">
          <FilterEditor
            item={item}
            value={value}
            onChange={(next) => filters.patch({ [item.key]: next })}
            onDone={() => setOpen(false)}
            mode={mode}
            onMode={(next) => modeKey && filters.patch({ [modeKey]: next === 'any' ? undefined : next })}
          />
        </div>
      }
    >
      <span className={set ? 'q-chip q-chip-set' : 'q-chip'}>
        <button type="button" aria-expanded={open}>
          {!set && <Icon name="add" />}
          <span className="q-ellipsis">
            {set ? t('filterIs', { name: item.label, value: words }) : item.label}
          </span>
        </button>
        {set && (
          <button
            type="button"
            aria-label={t('removeFilter', { name: item.label })}
            onClick={(event) => {
              event.stopPropagation();
              clear();
              setOpen(false);
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </span>
    </Popover>
  );
}
