import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ok } from '@/api/client';
import { useDepartments, useGroupsNamed, useMembersNamed, useTags } from '@/api/directory';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import type { Op, Rule } from '@/lib/rule';
import { useT } from './strings';

export type Field = components['schemas']['AskField'];

/** By what customers can be told apart: this feature's fields first, then those of other features. */
export function useFields() {
  return useQuery({
    queryKey: ['customer', 'fields'],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/fields', { signal })),
    staleTime: 60_000,
  });
}

/** What fields and choices are called. */
export function useFieldNames() {
  const { text } = useI18n();
  return useMemo(
    () => ({
      field: (field: Field) => field.name || text(`field.${field.key}`, undefined, field.key),
      choice: (field: Field, value: string) =>
        field.options?.find((option) => option.value === value)?.name ||
        text(`field.${field.key}.${value}`, undefined, value),
    }),
    [text],
  );
}

/** Every comparison of a rule. */
export function leavesOf(rule: Rule): Rule[] {
  return [
    ...[...(rule.all ?? []), ...(rule.any ?? []), ...(rule.not ? [rule.not] : [])].flatMap(leavesOf),
    ...(rule.field ? [rule] : []),
  ];
}

/** Says a rule in words; ids of members, departments, tags and groups are looked up. */
export function useRuleWords(rules: readonly Rule[]): (rule: Rule) => string {
  const t = useT();
  const fields = useFields();
  const names = useFieldNames();
  const leaves = useMemo(() => rules.flatMap(leavesOf), [rules]);
  const known = useMemo(
    () => new Map((fields.data?.items ?? []).map((field) => [field.key, field])),
    [fields.data],
  );
  const of = (kind: Field['kind']) => [
    ...new Set(
      leaves
        .filter((leaf) => known.get(leaf.field ?? '')?.kind === kind)
        .flatMap((leaf) => leaf.values ?? []),
    ),
  ];
  const members = useMembersNamed(of('member').slice(0, 200));
  const groups = useGroupsNamed(of('group').slice(0, 200));
  const departments = useDepartments(of('department').length > 0);
  const tags = useTags(of('tag').length > 0);

  const value = (field: Field | undefined, id: string): string => {
    switch (field?.kind) {
      case 'member':
        return members.data?.items.find((member) => member.id === id)?.name ?? id;
      case 'group':
        return groups.data?.items.find((group) => group.id === id)?.name || id;
      case 'department':
        return departments.data?.items.find((department) => department.id === id)?.name ?? id;
      case 'tag':
        return tags.data?.groups.flatMap((group) => group.tags).find((tag) => tag.id === id)?.name ?? id;
      case 'choice':
        return names.choice(field, id);
      default:
        return id;
    }
  };
  const leaf = (rule: Rule): string => {
    const field = known.get(rule.field ?? '');
    const name = field ? names.field(field) : (rule.field ?? '');
    const values = rule.values ?? [];
    const shown = values.slice(0, 5).map((one) => value(field, one));
    const words =
      (shown.join(t('comma')) || '…') + (values.length > 5 ? t('rule.andMore', { n: values.length }) : '');
    if (field?.kind === 'flag') return t(values[0] === 'true' ? 'rule.yes' : 'rule.no', { name });
    const op = rule.op ?? 'any';
    if (op === 'between')
      return t('rule.says.between', { name, from: values[0] || '…', to: values[1] || '…' });
    const dated = field?.kind === 'date' && (op === 'less' || op === 'more');
    return t(dated ? `rule.says.date.${op}` : `rule.says.${op}`, { name, words });
  };
  const say = (rule: Rule, inside: boolean): string => {
    if (rule.not) return t('rule.not', { words: say(rule.not, true) });
    const parts = rule.all ?? rule.any;
    if (parts && parts.length > 0) {
      const words = parts.map((part) => say(part, true)).join(t(rule.all ? 'rule.and' : 'rule.or'));
      return inside && parts.length > 1 ? t('rule.brackets', { words }) : words;
    }
    return rule.field ? leaf(rule) : t('rule.everybody');
  };
  return (rule) => say(rule, false);
}

/** The comparisons that take no value, one, two or several. */
export function takes(op: Op): 'none' | 'one' | 'two' | 'many' {
  if (op === 'empty' || op === 'set') return 'none';
  if (op === 'between') return 'two';
  return op === 'any' || op === 'every' || op === 'none' ? 'many' : 'one';
}
