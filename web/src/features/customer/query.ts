import { allOf, type CustomerSelection, isEmpty, type Op, type Rule } from '@/lib/rule';
import { periodDays } from '@/lib/time';
import type { UrlFilters } from '@/lib/url-filters';
import type { Selection } from '@/parts/DataTable';

export type Level = 'company' | 'follow';

/** The keys of the page's address that narrow the list. */
export const filterKeys = [
  'q',
  'member',
  'department',
  'tag',
  'tagMode',
  'added',
  'standing',
  'addWay',
  'came',
  'group',
  'gender',
  'type',
  'lost',
  'segment',
  'rule',
] as const;
export type FilterKey = (typeof filterKeys)[number];

export type Filters = UrlFilters<FilterKey>;

/** The filters as the server wants them: one condition, the same for the rows, their number, an export and a batch act. */
export interface ListQuery {
  rule?: string;
}

export const standings = ['stands', 'half', 'lost', 'deleted', 'gone', 'handed'] as const;

/** WeCom's way of adding that is a hand-over (在职继承、离职继承). */
const handOver = ['202'];

const cameBy: Record<string, Rule | undefined> = {
  new: { field: 'addWay', op: 'none', values: handOver },
  taken: { field: 'addWay', op: 'any', values: handOver },
};

/** What the chips and the rule builder together mean. Tags "all" and "none" ask, by customer, the customer as a whole. */
export function ruleOf(filters: Filters, level: Level, zone: string, now: number): Rule {
  const leaf = (field: string, op: Op, values: string[]): Rule | undefined =>
    values.length > 0 ? { field, op, values } : undefined;
  const mode = filters.one('tagMode');
  const tagOp: Op = mode === 'all' ? 'every' : mode === 'none' ? 'none' : 'any';
  const days = periodDays(filters.one('added'), zone, now);
  const standing = filters.many('standing');
  return allOf(
    leaf('text', 'has', filters.many('q')),
    anyOf(
      leaf('member', 'any', filters.many('member')),
      leaf('department', 'any', filters.many('department')),
    ),
    leaf(tagOp !== 'any' && level === 'company' ? 'customerTag' : 'tag', tagOp, filters.many('tag')),
    days && { field: 'added', op: 'between', values: [days.from, days.to] },
    leaf('standing', 'any', standing.includes('all') ? [...standings] : standing),
    leaf('addWay', 'any', filters.many('addWay')),
    cameBy[filters.one('came') ?? ''],
    leaf('group', 'any', filters.many('group')),
    leaf('gender', 'any', filters.many('gender')),
    leaf('type', 'any', filters.many('type')),
    leaf('lost', 'is', filters.many('lost').slice(0, 1)),
    leaf('segment', 'any', filters.many('segment')),
    ruleIn(filters.one('rule')),
  );
}

function anyOf(...rules: (Rule | undefined)[]): Rule | undefined {
  const parts = rules.filter((rule): rule is Rule => rule !== undefined);
  return parts.length > 1 ? { any: parts } : parts[0];
}

/** The rule builder's part, out of the address; something that is none is left out. */
export function ruleIn(text: string | undefined): Rule | undefined {
  if (!text) return undefined;
  try {
    const rule = JSON.parse(text) as unknown;
    return typeof rule === 'object' && rule !== null && !Array.isArray(rule) ? (rule as Rule) : undefined;
  } catch {
    return undefined;
  }
}

export function queryOf(rule: Rule): ListQuery {
  return isEmpty(rule) ? {} : { rule: JSON.stringify(rule) };
}

/** Whom a selection of rows means, for batch acts. */
export function selectionOf(selection: Selection, level: Level, rule: Rule): CustomerSelection {
  if (selection.all) return selection.except.length > 0 ? { rule, except: selection.except } : { rule };
  return level === 'company' ? { customers: selection.keys } : { follows: selection.keys };
}
