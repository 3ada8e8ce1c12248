import { useMemo, useState } from 'react';
import { useI18n } from '@/lib/i18n';
import type { Op, Rule } from '@/lib/rule';
import { Button } from '@/parts/Button';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { ErrorView } from '@/parts/ErrorView';
import { CheckBox, DayInput, NumberInput, Options, Several, TextInput } from '@/parts/fields';
import { GroupPicker } from '@/parts/GroupPicker';
import { MemberPicker } from '@/parts/MemberPicker';
import { Waiting } from '@/parts/Page';
import { Switcher } from '@/parts/Tabs';
import { TagPicker } from '@/parts/TagPicker';
import { type Field, takes, useFieldNames, useFields } from './fields';
import {
  added,
  changed,
  type Group,
  type Leaf,
  mostDeep,
  type Node,
  newIds,
  ruleOfTree,
  treeOf,
} from './rule-tree';
import { useT } from './strings';

/** Builds a condition of any depth out of every field that the product knows. */
export function RuleBuilder(props: { value?: Rule; onChange?: (rule: Rule) => void }) {
  const fields = useFields();
  const [id] = useState(newIds);
  const [tree, setTree] = useState(() => treeOf(props.value ?? {}, id));
  const set = (next: Group) => {
    setTree(next);
    props.onChange?.(ruleOfTree(next));
  };
  if (fields.isError) return <ErrorView error={fields.error} onRetry={() => void fields.refetch()} />;
  if (!fields.data) return <Waiting rows={3} />;
  return (
    <GroupBox
      group={tree}
      depth={1}
      fields={fields.data.items}
      onChange={(change) => set(change(tree) as Group)}
      onPart={(part, change) => set(changed(tree, part, change))}
      onAdd={(to, node) => set(added(tree, to, node))}
      id={id}
    />
  );
}

interface Edit {
  fields: readonly Field[];
  onPart: (id: number, change: (node: Node) => Node | undefined) => void;
  onAdd: (to: number, node: Node) => void;
  id: () => number;
}

function GroupBox(
  props: Edit & {
    group: Group;
    depth: number;
    onChange: (change: (node: Node) => Node) => void;
    onRemove?: () => void;
  },
) {
  const { group, depth, fields, onPart, onAdd, id } = props;
  const t = useT();
  const first = fields.find((field) => field.key === 'tag') ?? fields[0];
  return (
    <fieldset className="customer-rule-group" aria-label={t('rule.join')}>
      <div className="q-row">
        <Switcher<'all' | 'any'>
          label={t('rule.join')}
          value={group.join}
          onChange={(join) => props.onChange((node) => ({ ...node, join }) as Node)}
          options={[
            { value: 'all', label: t('rule.all') },
            { value: 'any', label: t('rule.any') },
          ]}
        />
        {props.onRemove && (
          <>
            <CheckBox checked={group.not} onChange={(not) => props.onChange((node) => ({ ...node, not }))}>
              {t('rule.turned')}
            </CheckBox>
            <Button
              look="quiet"
              size="small"
              icon="remove"
              label={t('rule.removeGroup')}
              onClick={props.onRemove}
            />
          </>
        )}
      </div>
      {group.parts.map((part) =>
        part.kind === 'leaf' ? (
          <LeafRow
            key={part.id}
            leaf={part}
            fields={fields}
            onChange={(leaf) => onPart(part.id, () => leaf)}
            onRemove={() => onPart(part.id, () => undefined)}
          />
        ) : (
          <GroupBox
            {...props}
            key={part.id}
            group={part}
            depth={depth + 1}
            onChange={(change) => onPart(part.id, change)}
            onRemove={() => onPart(part.id, () => undefined)}
          />
        ),
      )}
      <div className="q-row">
        <Button
          size="small"
          icon="add"
          disabled={!first}
          onClick={() => first && onAdd(group.id, leafOf(first, id()))}
        >
          {t('rule.addCondition')}
        </Button>
        {depth < mostDeep && (
          <Button
            size="small"
            look="quiet"
            icon="add"
            onClick={() =>
              onAdd(group.id, {
                kind: 'group',
                id: id(),
                not: false,
                join: group.join === 'all' ? 'any' : 'all',
                parts: first ? [leafOf(first, id())] : [],
              })
            }
          >
            {t('rule.addGroup')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

function leafOf(field: Field, id: number): Leaf {
  return {
    kind: 'leaf',
    id,
    field: field.key,
    op: (field.ops?.[0] ?? 'any') as Op,
    values: field.kind === 'flag' ? ['true'] : [],
  };
}

function LeafRow(props: {
  leaf: Leaf;
  fields: readonly Field[];
  onChange: (leaf: Leaf) => void;
  onRemove: () => void;
}) {
  const { leaf, fields, onChange } = props;
  const t = useT();
  const { text } = useI18n();
  const names = useFieldNames();
  const field = fields.find((one) => one.key === leaf.field);
  const options = useMemo(
    () => fields.map((one) => ({ value: one.key, label: names.field(one) })),
    [fields, names],
  );
  const opWord = (op: string) =>
    text(`customer.rule.op.${field?.kind}.${op}`, undefined, text(`customer.rule.op.${op}`));
  return (
    <div className="customer-rule-leaf">
      <div className="customer-rule-field">
        <Options
          label={t('rule.field')}
          value={leaf.field}
          options={field ? options : [{ value: leaf.field, label: leaf.field }, ...options]}
          onChange={(key) => {
            const next = fields.find((one) => one.key === key);
            if (next) onChange(leafOf(next, leaf.id));
          }}
        />
      </div>
      {field?.kind !== 'flag' && (
        <div className="customer-rule-op">
          <Options
            label={t('rule.comparison')}
            value={leaf.op}
            options={(field?.ops ?? [leaf.op]).map((op) => ({ value: op as Op, label: opWord(op) }))}
            onChange={(op) =>
              onChange({
                ...leaf,
                op,
                values: takes(op) === takes(leaf.op) && !dated(field, op, leaf.op) ? leaf.values : [],
              })
            }
          />
        </div>
      )}
      <div className="customer-rule-value">
        {field && <Values field={field} leaf={leaf} onChange={(values) => onChange({ ...leaf, values })} />}
      </div>
      <Button look="quiet" size="small" icon="close" label={t('rule.remove')} onClick={props.onRemove} />
    </div>
  );
}

/** Whether one comparison of a date takes days of the calendar and the other a number of days. */
function dated(field: Field | undefined, one: Op, other: Op): boolean {
  const counts = (op: Op) => op === 'within' || op === 'beyond';
  return field?.kind === 'date' && counts(one) !== counts(other);
}

function Values(props: { field: Field; leaf: Leaf; onChange: (values: string[]) => void }) {
  const { field, leaf, onChange } = props;
  const t = useT();
  const names = useFieldNames();
  const many = takes(leaf.op);
  const [first = '', second = ''] = leaf.values;
  const label = t('rule.value');
  if (many === 'none') return null;
  const pair = (from: string, to: string) => onChange(from || to ? [from, to] : []);
  switch (field.kind) {
    case 'member':
      return <MemberPicker value={leaf.values} onChange={onChange} label={label} />;
    case 'department':
      return <DepartmentPicker value={leaf.values} onChange={onChange} label={label} />;
    case 'tag':
      return <TagPicker value={leaf.values} onChange={onChange} label={label} />;
    case 'group':
      return <GroupPicker value={leaf.values} onChange={onChange} label={label} />;
    case 'choice':
      return (
        <Several
          label={label}
          value={leaf.values}
          onChange={onChange}
          options={(field.options ?? []).map(({ value }) => ({ value, label: names.choice(field, value) }))}
        />
      );
    case 'flag':
      return (
        <Switcher
          label={label}
          value={first === 'false' ? 'false' : 'true'}
          onChange={(value) => onChange([value])}
          options={[
            { value: 'true', label: t('rule.true') },
            { value: 'false', label: t('rule.false') },
          ]}
        />
      );
    case 'number':
      return (
        <span className="q-row">
          <NumberInput
            label={label}
            step={0.01}
            value={numberOf(first)}
            onChange={(n) =>
              many === 'two' ? pair(wordOf(n), second) : onChange(n === null ? [] : [String(n)])
            }
          />
          {many === 'two' && (
            <>
              {t('rule.to')}
              <NumberInput
                label={label}
                step={0.01}
                value={numberOf(second)}
                onChange={(n) => pair(first, wordOf(n))}
              />
            </>
          )}
        </span>
      );
    case 'date':
      if (leaf.op === 'within' || leaf.op === 'beyond')
        return (
          <NumberInput
            label={label}
            min={1}
            unit={t('rule.days')}
            value={numberOf(first)}
            onChange={(n) => onChange(n === null ? [] : [String(n)])}
          />
        );
      return (
        <span className="q-row">
          <DayInput
            label={label}
            value={first || undefined}
            onChange={(day) => (many === 'two' ? pair(day ?? '', second) : onChange(day ? [day] : []))}
          />
          {many === 'two' && (
            <>
              {t('rule.to')}
              <DayInput
                label={label}
                value={second || undefined}
                onChange={(day) => pair(first, day ?? '')}
              />
            </>
          )}
        </span>
      );
    default:
      return <TextInput label={label} value={first} onChange={(words) => onChange(words ? [words] : [])} />;
  }
}

const numberOf = (text: string): number | null => (text === '' ? null : Number(text));
const wordOf = (n: number | null): string => (n === null ? '' : String(n));
