import { describe, expect, it } from 'vitest';
import { blank, planOf } from './plan';

describe('planOf', () => {
  const matching = { ...blank(['zhang'], false), customers: 'rule' as const };

  it('joins the conditions that were filled in', () => {
    expect(planOf(matching).selection).toEqual({ rule: {} });
    expect(planOf({ ...matching, stages: ['s1', 's2'] }).selection).toEqual({
      rule: { field: 'stage.stage', op: 'any', values: ['s1', 's2'] },
    });
    expect(planOf({ ...matching, tags: ['t'], days: 90, quiet: 30 }).selection).toEqual({
      rule: {
        all: [
          { field: 'tag', op: 'any', values: ['t'] },
          { field: 'added', op: 'beyond', values: ['90'] },
          {
            any: [
              { field: 'followup.last', op: 'beyond', values: ['30'] },
              { field: 'followup.last', op: 'empty' },
            ],
          },
        ],
      },
    });
  });

  it('forgets them when all customers are meant', () => {
    const plan = planOf({ ...matching, customers: 'all', stages: ['s1'] });
    expect(plan.customers).toBe('all');
    expect(plan.selection).toBeUndefined();
  });
});
