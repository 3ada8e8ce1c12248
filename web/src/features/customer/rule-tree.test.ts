import { describe, expect, it } from 'vitest';
import type { Rule } from '@/lib/rule';
import { added, changed, newIds, ruleOfTree, treeOf } from './rule-tree';

const vip: Rule = { field: 'tag', op: 'any', values: ['vip'] };
const lost: Rule = { field: 'lost', op: 'is', values: ['true'] };
const noted: Rule = { field: 'remark', op: 'set' };

describe('the tree of a rule', () => {
  it.each<[string, Rule]>([
    ['everybody', {}],
    ['one comparison', vip],
    ['one that is turned round', { not: vip }],
    ['all', { all: [vip, lost] }],
    ['any in all', { all: [noted, { any: [vip, lost] }] }],
    ['not any', { all: [vip, { not: { any: [lost, noted] } }] }],
    ['not all, outermost', { not: { all: [vip, lost] } }],
  ])('gives back the same: %s', (_, rule) => {
    expect(ruleOfTree(treeOf(rule, newIds()))).toEqual(rule);
  });

  it('has a group for a single comparison that is turned round, where it can be seen and turned back', () => {
    const { parts } = treeOf({ all: [{ not: vip }, lost] }, newIds());
    expect(parts).toMatchObject([{ kind: 'group', not: true, parts: [{ field: 'tag' }] }, { kind: 'leaf' }]);
  });

  it('leaves out what says nothing', () => {
    expect(ruleOfTree(treeOf({ all: [{}, { any: [] }, vip] }, newIds()))).toEqual(vip);
    expect(ruleOfTree(treeOf({ not: { not: vip } }, newIds()))).toEqual(vip);
  });

  it('changes, removes and adds one node', () => {
    const id = newIds();
    const tree = treeOf({ all: [vip, { any: [lost, noted] }] }, id);
    const inner = tree.parts[1];
    if (inner?.kind !== 'group') throw new Error('no group');
    const first = inner.parts[0]?.id ?? 0;
    expect(ruleOfTree(changed(tree, first, (node) => ({ ...node, field: 'blacklisted' })))).toEqual({
      all: [vip, { any: [{ ...lost, field: 'blacklisted' }, noted] }],
    });
    expect(ruleOfTree(changed(tree, inner.id, (node) => ({ ...node, not: true })))).toEqual({
      all: [vip, { not: { any: [lost, noted] } }],
    });
    expect(ruleOfTree(changed(tree, inner.id, () => undefined))).toEqual(vip);
    const more = added(tree, inner.id, {
      kind: 'leaf',
      id: id(),
      field: 'phone',
      op: 'set',
      values: [],
    });
    expect(ruleOfTree(more)).toEqual({ all: [vip, { any: [lost, noted, { field: 'phone', op: 'set' }] }] });
  });
});
