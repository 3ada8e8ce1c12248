import { Select, type SelectProps, TreeSelect } from 'antd';
import { useEffect, useState } from 'react';
import { useDepartments, useMemberSearch, useMembersNamed } from '@/api/directory';
import type { MemberBrief } from '@/api/types';
import { departmentTree } from './DepartmentPicker';
import { ErrorView } from './ErrorView';
import { MemberTag } from './MemberTag';
import { pickerLabel } from './picker-label';
import { useT } from './strings';

export interface MemberPickerProps {
  /** WeCom userids. */
  value?: readonly string[];
  onChange?: (ids: string[]) => void;
  single?: boolean;
  /** At most so many (WeCom takes 100 members in a contact way). */
  max?: number;
  disabled?: boolean;
  autoFocus?: boolean;
  label?: string;
  placeholder?: string;
  id?: string;
}

/** Chooses members 成员 by name, pinyin or department. */
export function MemberPicker(props: MemberPickerProps) {
  const { value = [], onChange, single, max } = props;
  const t = useT();
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  const [department, setDepartment] = useState<string | undefined>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), 200);
    return () => clearTimeout(timer);
  }, [typed]);

  const found = useMemberSearch(q, department, open);
  const chosen = useMembersNamed(value);
  const departments = useDepartments(open);
  // What is offered may still answer what was typed before.
  const searching = typed.trim() !== q || found.isFetching;
  const full = max !== undefined && value.length >= max;

  const known = new Map<string, MemberBrief>();
  for (const member of chosen.data?.items ?? []) known.set(member.id, member);
  for (const member of found.data?.items ?? []) known.set(member.id, member);
  const offered = (found.data?.items ?? []).map((member) => member.id);
  const ids = [...new Set([...offered, ...value])];

  const options: SelectProps['options'] = ids.map((id) => {
    const member = known.get(id);
    return {
      value: id,
      label: member?.name ?? id,
      member,
      disabled: full && !value.includes(id),
    };
  });

  return (
    <Select
      id={props.id}
      mode={single ? undefined : 'multiple'}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      value={single ? (value[0] ?? null) : [...value]}
      options={options}
      optionRender={(option) => {
        const member = (option.data as { member?: MemberBrief }).member;
        return member ? (
          <MemberTag name={member.name} avatar={member.avatar} department={member.departments.join(' / ')} />
        ) : (
          option.label
        );
      }}
      onChange={(next: string | string[] | null) =>
        onChange?.(next === null ? [] : Array.isArray(next) ? next : [next])
      }
      onOpenChange={setOpen}
      allowClear
      maxTagCount="responsive"
      disabled={props.disabled}
      autoFocus={props.autoFocus}
      loading={searching}
      placeholder={props.placeholder ?? t('pickMembers')}
      aria-label={pickerLabel(props, t('pickMembers'))}
      style={{ width: '100%' }}
      notFoundContent={
        found.isError ? (
          <ErrorView compact error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          t('noMember')
        )
      }
      popupRender={(menu) => (
        <div aria-busy={searching}>
          <div className="q-picker-head">
            <TreeSelect
              size="small"
              allowClear
              style={{ width: '100%' }}
              placeholder={t('allDepartments')}
              aria-label={t('allDepartments')}
              treeData={departmentTree(departments.data?.items ?? [])}
              value={department}
              onChange={setDepartment}
              getPopupContainer={(node) => node.parentElement ?? document.body}
            />
          </div>
          {menu}
          {max !== undefined && (
            <div className="q-picker-foot">{t('chosenOf', { n: value.length, max })}</div>
          )}
        </div>
      )}
    />
  );
}
