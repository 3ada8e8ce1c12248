/** A condition on customers (ask.Rule): exactly one of all, any, not and field; {} is everybody. */
export interface Rule {
  all?: Rule[];
  any?: Rule[];
  not?: Rule;
  field?: string;
  op?: Op;
  values?: string[];
}

/** How a field is compared. */
export type Op =
  | 'any'
  | 'every'
  | 'none'
  | 'is'
  | 'has'
  | 'less'
  | 'more'
  | 'between'
  | 'within'
  | 'beyond'
  | 'empty'
  | 'set';

export function isEmpty(rule: Rule): boolean {
  return !rule.all?.length && !rule.any?.length && !rule.not && !rule.field;
}

/** All of these hold; those that are no condition are left out. */
export function allOf(...rules: (Rule | undefined)[]): Rule {
  const parts = rules.filter((rule): rule is Rule => rule !== undefined && !isEmpty(rule));
  const [only] = parts;
  if (only === undefined) return {};
  return parts.length === 1 ? only : { all: parts };
}

/** Whom a batch act means (ask.Selection): exactly one of customers, follows, rule and segment. */
export interface CustomerSelection {
  customers?: string[];
  follows?: string[];
  rule?: Rule;
  segment?: string;
  except?: string[];
}
