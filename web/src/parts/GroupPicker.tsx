import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useGroupSearch, useGroupsNamed } from '@/api/directory';
import { ErrorView } from './ErrorView';
import { pickerLabel } from './picker-label';
import { useT } from './strings';

export interface GroupPickerProps {
  /** chat_ids. */
  value?: readonly string[];
  onChange?: (ids: string[]) => void;
  disabled?: boolean;
  label?: string;
  id?: string;
}

/** Chooses customer groups 客户群 by name, of those whose owners are in scope. */
export function GroupPicker(props: GroupPickerProps) {
  const { value = [], onChange } = props;
  const t = useT();
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), 200);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useGroupSearch(q, open);
  // What is offered may still answer what was typed before.
  const searching = typed.trim() !== q || found.isFetching;
  const chosen = useGroupsNamed(value);
  const known = new Map([...(chosen.data?.items ?? []), ...(found.data?.items ?? [])].map((g) => [g.id, g]));
  const ids = [...new Set([...(found.data?.items ?? []).map((g) => g.id), ...value])];
  return (
    <Select
      id={props.id}
      mode="multiple"
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      value={[...value]}
      options={ids.map((id) => ({
        value: id,
        label: known.get(id)?.name || (known.has(id) ? t('unnamedGroup') : id),
        owner: known.get(id)?.owner,
      }))}
      optionRender={(option) => (
        <span>
          {option.label} <small className="q-faint">{(option.data as { owner?: string }).owner}</small>
        </span>
      )}
      onChange={(next: string[]) => onChange?.(next)}
      onOpenChange={setOpen}
      allowClear
      maxTagCount="responsive"
      disabled={props.disabled}
      loading={searching}
      popupRender={(menu) => <div aria-busy={searching}>{menu}</div>}
      placeholder={t('pickGroups')}
      aria-label={pickerLabel(props, t('pickGroups'))}
      style={{ width: '100%' }}
      notFoundContent={
        found.isError ? (
          <ErrorView compact error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          t('noGroup')
        )
      }
    />
  );
}
