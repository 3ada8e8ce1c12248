import { Checkbox, DatePicker, Input, Radio, Segmented } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useDepartments, useGroupsNamed, useMembersNamed, useTags } from '@/api/directory';
import { namedPeriods, periodDays, useTimeZone } from '@/lib/time';
import type { FilterValue } from '@/lib/url-filters';
import { DepartmentPicker } from './DepartmentPicker';
import { GroupPicker } from './GroupPicker';
import { MemberPicker } from './MemberPicker';
import { useT } from './strings';
import { TagPicker } from './TagPicker';

/** One filter of a list. */
export type FilterItem = { key: string; label: string } & (
  | { kind: 'member' | 'department'; multiple?: boolean }
  | { kind: 'group' }
  /** With modeKey one chooses any, all or none of the tags; the mode stands under that key of the address (any is left out). */
  | { kind: 'tag'; modeKey?: string }
  /** A period: a named one ("7d") or two days ("2026-11-01~2026-11-22"); read it with periodDays or periodInstants. */
  | { kind: 'period' }
  | { kind: 'choice'; options: readonly { value: string; label: string }[]; multiple?: boolean }
  | { kind: 'text'; placeholder?: string }
);

/** Whether a row has to bear one of the tags, all of them, or none. */
export const tagModes = ['any', 'all', 'none'] as const;
export type TagMode = (typeof tagModes)[number];

const list = (value: FilterValue): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** The value of a filter in words, for its chip; ids are looked up. */
export function useFilterWords(item: FilterItem, value: FilterValue): string {
  const t = useT();
  const set = list(value);
  const members = useMembersNamed(item.kind === 'member' ? set : []);
  const groups = useGroupsNamed(item.kind === 'group' ? set : []);
  const departments = useNames(item.kind === 'department' && set.length > 0);
  const tags = useTagNames(item.kind === 'tag' && set.length > 0);
  const name = (id: string): string => {
    switch (item.kind) {
      case 'member':
        return members.data?.items.find((member) => member.id === id)?.name ?? id;
      case 'department':
        return departments.get(id) ?? id;
      case 'group':
        return groups.data?.items.find((group) => group.id === id)?.name || id;
      case 'tag':
        return tags.get(id) ?? id;
      case 'choice':
        return item.options.find((option) => option.value === id)?.label ?? id;
      case 'period':
        return namedPeriods.includes(id as never)
          ? t(`period.${id as (typeof namedPeriods)[number]}`)
          : id.replace('~', ' ~ ');
      case 'text':
        return id;
    }
  };
  const words = set.slice(0, 3).map(name).join(t('listComma'));
  return set.length > 3 ? t('andMore', { words, n: set.length - 3 }) : words;
}

function useNames(wanted: boolean): Map<string, string> {
  const { data } = useDepartments(wanted);
  return new Map(data?.items.map(({ id, name }) => [id, name]));
}

function useTagNames(wanted: boolean): Map<string, string> {
  const { data } = useTags(wanted);
  return new Map(
    data?.groups.flatMap((group) => group.tags.map(({ id, name }): [string, string] => [id, name])),
  );
}

interface EditorProps {
  item: FilterItem;
  value: FilterValue;
  onChange: (value: FilterValue) => void;
  onDone: () => void;
  mode: TagMode;
  onMode: (mode: TagMode) => void;
}

/** What opens under a chip. */
export function FilterEditor({ item, value, onChange, onDone, mode, onMode }: EditorProps) {
  const t = useT();
  const set = list(value);
  const multiple = 'multiple' in item ? item.multiple !== false : true;
  switch (item.kind) {
    case 'member':
      return <MemberPicker value={set} onChange={onChange} single={!multiple} autoFocus label={item.label} />;
    case 'department':
      return <DepartmentPicker value={set} onChange={onChange} single={!multiple} label={item.label} />;
    case 'group':
      return <GroupPicker value={set} onChange={onChange} label={item.label} />;
    case 'tag':
      return (
        <div className="q-chip-choices">
          {item.modeKey && (
            <Segmented<TagMode>
              block
              value={mode}
              onChange={onMode}
              options={tagModes.map((one) => ({ value: one, label: t(`tagMode.${one}`) }))}
            />
          )}
          <TagPicker value={set} onChange={onChange} label={item.label} />
        </div>
      );
    case 'period':
      return <PeriodEditor value={set[0]} onChange={onChange} onDone={onDone} label={item.label} />;
    case 'text':
      return (
        <Input.Search
          defaultValue={set[0]}
          placeholder={item.placeholder}
          aria-label={item.label}
          autoFocus
          onSearch={(text) => {
            onChange(text.trim());
            onDone();
          }}
        />
      );
    case 'choice':
      return item.multiple ? (
        <Checkbox.Group
          className="q-chip-choices"
          value={set}
          onChange={onChange}
          options={[...item.options]}
        />
      ) : (
        <OneChoice
          label={item.label}
          options={item.options}
          value={set[0]}
          onChange={(next) => {
            onChange(next);
            onDone();
          }}
        />
      );
  }
}

/** More than so many choices are found by typing. */
const fewChoices = 20;

function OneChoice(props: {
  label: string;
  options: readonly { value: string; label: string }[];
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  const { label, options } = props;
  const t = useT();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  return (
    <>
      {options.length > fewChoices && (
        <Input
          className="q-chip-find"
          allowClear
          autoFocus
          value={text}
          placeholder={t('findChoice')}
          aria-label={t('findIn', { name: label })}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <Radio.Group
        className="q-chip-choices"
        value={props.value}
        options={options.filter((one) => one.label.toLowerCase().includes(wanted))}
        onChange={(event) => props.onChange(event.target.value as string)}
      />
    </>
  );
}

function PeriodEditor(props: {
  value: string | undefined;
  onChange: (value: FilterValue) => void;
  onDone: () => void;
  label: string;
}) {
  const t = useT();
  const zone = useTimeZone();
  const days = periodDays(props.value, zone, Date.now());
  const pick = (value: string) => {
    props.onChange(value);
    props.onDone();
  };
  return (
    <div className="q-chip-choices">
      <Radio.Group
        className="q-chip-choices"
        value={props.value}
        options={namedPeriods.map((name) => ({ value: name, label: t(`period.${name}`) }))}
        onChange={(event) => pick(event.target.value as string)}
      />
      <DatePicker.RangePicker
        aria-label={props.label}
        value={days ? [dayjs(days.from), dayjs(days.to)] : null}
        onChange={(range) => {
          const [from, to] = range ?? [];
          if (from && to) pick(`${from.format('YYYY-MM-DD')}~${to.format('YYYY-MM-DD')}`);
        }}
      />
    </div>
  );
}
