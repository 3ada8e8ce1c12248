import { TreeSelect } from 'antd';
import { useDepartments } from '@/api/directory';
import type { DepartmentBrief } from '@/api/types';
import { pickerLabel } from './picker-label';
import { useT } from './strings';

export interface DepartmentPickerProps {
  /** WeCom department ids. */
  value?: readonly string[];
  onChange?: (ids: string[]) => void;
  single?: boolean;
  disabled?: boolean;
  label?: string;
  id?: string;
}

interface Node {
  value: string;
  title: string;
  children: Node[];
}

/** The flat list as a tree; a department whose parent is not in the list (out of scope) becomes a root. */
export function departmentTree(departments: readonly DepartmentBrief[]): Node[] {
  const nodes = new Map(
    departments.map(({ id, name, members }): [string, Node] => [
      id,
      { value: id, title: members === undefined ? name : `${name} (${members})`, children: [] },
    ]),
  );
  const roots: Node[] = [];
  for (const { id, parent } of departments) {
    const node = nodes.get(id);
    if (node) (parent === undefined ? roots : (nodes.get(parent)?.children ?? roots)).push(node);
  }
  return roots;
}

/** Chooses departments 部门 from their tree. */
export function DepartmentPicker(props: DepartmentPickerProps) {
  const { value = [], onChange, single } = props;
  const t = useT();
  const departments = useDepartments();
  return (
    <TreeSelect
      id={props.id}
      multiple={!single}
      treeData={departmentTree(departments.data?.items ?? [])}
      value={single ? value[0] : [...value]}
      onChange={(next: string | string[] | undefined) =>
        onChange?.(next === undefined ? [] : Array.isArray(next) ? next : [next])
      }
      showSearch={{ treeNodeFilterProp: 'title' }}
      treeDefaultExpandAll={(departments.data?.items.length ?? 0) < 40}
      allowClear
      maxTagCount="responsive"
      loading={departments.isFetching}
      disabled={props.disabled}
      placeholder={t('pickDepartments')}
      aria-label={pickerLabel(props, t('pickDepartments'))}
      style={{ width: '100%' }}
      notFoundContent={departments.isError ? t('problem.offline') : undefined}
    />
  );
}
