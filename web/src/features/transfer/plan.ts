import type { CustomerSelection } from '@/lib/customer-parts';
import { allOf, type Rule } from '@/lib/rule';
import type { Plan } from './words';

/** What a person fills in. */
export interface Values {
  from: string[];
  customers: 'all' | 'rule' | 'picked' | 'none';
  tags: string[];
  days: number | null;
  /** Ids of stages in which the customers stand. */
  stages: string[];
  /** No follow-up for so many days, or never one. */
  quiet: number | null;
  picked: string[];
  groups: Plan['groups'];
  chats: string[];
  to: string[];
  departments: string[];
  spread: Plan['spread'];
  rules: { tags: string[]; to: string[] }[];
  friends: Plan['friends'];
  message: string;
}

export function blank(from: string[], chosen: boolean): Values {
  return {
    from,
    customers: 'all',
    tags: [],
    days: null,
    stages: [],
    quiet: null,
    picked: [],
    groups: chosen ? 'none' : 'all',
    chats: [],
    to: [],
    departments: [],
    spread: 'even',
    rules: [{ tags: [], to: [] }],
    friends: 'take',
    message: '',
  };
}

/** The plan that the server is asked about; chosen are customers that were selected elsewhere. */
export function planOf(values: Values, chosen?: CustomerSelection): Plan {
  const plan: Plan = {
    from: chosen ? undefined : values.from,
    customers: 'all',
    groups: chosen ? 'none' : values.groups,
    chats: values.groups === 'selected' ? values.chats : undefined,
    to: values.to,
    departments: values.departments.map(Number),
    spread: values.spread,
    tags:
      values.spread === 'tag'
        ? values.rules
            .filter((rule) => rule.tags.length > 0 && rule.to[0])
            .map((rule) => ({ tags: rule.tags, to: rule.to[0] ?? '' }))
        : undefined,
    friends: values.friends,
    message: values.message.trim() || undefined,
  };
  const selection = chosen ?? selectionOf(values);
  if (selection) return { ...plan, customers: 'selected', selection };
  return { ...plan, customers: values.customers === 'none' ? 'none' : 'all' };
}

function selectionOf(values: Values): CustomerSelection | undefined {
  if (values.customers === 'picked') return { follows: values.picked };
  if (values.customers !== 'rule') return undefined;
  const tagged: Rule | undefined =
    values.tags.length > 0 ? { field: 'tag', op: 'any', values: values.tags } : undefined;
  const old: Rule | undefined = values.days
    ? { field: 'added', op: 'beyond', values: [`${values.days}`] }
    : undefined;
  const standing: Rule | undefined =
    values.stages.length > 0 ? { field: 'stage.stage', op: 'any', values: values.stages } : undefined;
  const quiet: Rule | undefined = values.quiet
    ? {
        any: [
          { field: 'followup.last', op: 'beyond', values: [`${values.quiet}`] },
          { field: 'followup.last', op: 'empty' },
        ],
      }
    : undefined;
  return { rule: allOf(tagged, old, standing, quiet) };
}
