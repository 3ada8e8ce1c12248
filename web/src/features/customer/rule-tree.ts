import { isEmpty, type Op, type Rule } from '@/lib/rule';

/** A rule as the builder edits it: groups hold nodes, and may be turned round. */
export type Node = Group | Leaf;
export interface Group {
  kind: 'group';
  id: number;
  not: boolean;
  join: 'all' | 'any';
  parts: Node[];
}
export interface Leaf {
  kind: 'leaf';
  id: number;
  field: string;
  op: Op;
  values: string[];
}

/** How deep groups may stand in one another; the server takes five levels, "not" counted. */
export const mostDeep = 3;

export function newIds(): () => number {
  let last = 0;
  return () => ++last;
}

/** The builder's tree of a rule; the outermost is always a group. */
export function treeOf(rule: Rule, id: () => number): Group {
  const node = nodeOf(rule, id);
  if (node.kind === 'group' && !node.not) return node;
  return { kind: 'group', id: id(), not: false, join: 'all', parts: isEmpty(rule) ? [] : [node] };
}

function nodeOf(rule: Rule, id: () => number): Node {
  if (rule.not) {
    const inner = nodeOf(rule.not, id);
    // Only groups show that they are turned round: a comparison gets one of its own.
    return inner.kind === 'leaf'
      ? { kind: 'group', id: id(), not: true, join: 'all', parts: [inner] }
      : { ...inner, not: !inner.not };
  }
  if (rule.field) {
    return {
      kind: 'leaf',
      id: id(),
      field: rule.field,
      op: rule.op ?? 'any',
      values: rule.values ?? [],
    };
  }
  return {
    kind: 'group',
    id: id(),
    not: false,
    join: rule.any?.length ? 'any' : 'all',
    parts: (rule.any?.length ? rule.any : (rule.all ?? [])).map((part) => nodeOf(part, id)),
  };
}

/** The rule of a tree; groups without anything in them say nothing. */
export function ruleOfTree(node: Node): Rule {
  const plain = plainOf(node);
  return node.kind === 'group' && node.not && !isEmpty(plain) ? { not: plain } : plain;
}

function plainOf(node: Node): Rule {
  if (node.kind === 'leaf') {
    const leaf: Rule = { field: node.field, op: node.op };
    return node.values.length > 0 ? { ...leaf, values: node.values } : leaf;
  }
  const parts = node.parts.map(ruleOfTree).filter((part) => !isEmpty(part));
  const [only] = parts;
  if (only === undefined) return {};
  if (parts.length === 1) return only;
  return node.join === 'all' ? { all: parts } : { any: parts };
}

/** The tree with one node changed, or without it when `change` gives nothing. */
export function changed(group: Group, id: number, change: (node: Node) => Node | undefined): Group {
  return {
    ...group,
    parts: group.parts.flatMap((part) => {
      if (part.id === id) {
        const next = change(part);
        return next ? [next] : [];
      }
      return [part.kind === 'group' ? changed(part, id, change) : part];
    }),
  };
}

/** The tree with a node added to a group. */
export function added(group: Group, to: number, node: Node): Group {
  if (group.id === to) return { ...group, parts: [...group.parts, node] };
  return {
    ...group,
    parts: group.parts.map((part) => (part.kind === 'group' ? added(part, to, node) : part)),
  };
}
