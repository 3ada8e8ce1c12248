import { Select } from 'antd';
import { useTags } from '@/api/directory';
import { ErrorView } from './ErrorView';
import { pickerLabel } from './picker-label';
import { useT } from './strings';

export interface TagPickerProps {
  /** Tag ids. */
  value?: readonly string[];
  onChange?: (ids: string[]) => void;
  max?: number;
  disabled?: boolean;
  label?: string;
  id?: string;
}

/** Chooses corp tags 企业客户标签, under the headings of their groups. */
export function TagPicker(props: TagPickerProps) {
  const { value = [], onChange } = props;
  const t = useT();
  const tags = useTags();
  return (
    <Select
      id={props.id}
      mode="multiple"
      value={[...value]}
      onChange={(ids: string[]) => onChange?.(ids)}
      options={tags.data?.groups.map((group) => ({
        label: group.name,
        title: group.name,
        options: group.tags.map(({ id, name }) => ({ value: id, label: name })),
      }))}
      showSearch={{ optionFilterProp: 'label' }}
      maxCount={props.max}
      maxTagCount="responsive"
      allowClear
      loading={tags.isFetching}
      disabled={props.disabled}
      placeholder={t('pickTags')}
      aria-label={pickerLabel(props, t('pickTags'))}
      style={{ width: '100%' }}
      notFoundContent={
        tags.isError ? (
          <ErrorView compact error={tags.error} onRetry={() => void tags.refetch()} />
        ) : (
          t('noTag')
        )
      }
    />
  );
}
