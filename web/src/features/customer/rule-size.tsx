import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, ok } from '@/api/client';
import type { Rule } from '@/lib/rule';
import { Button } from '@/parts/Button';
import { leavesOf, takes, useRuleWords } from './fields';
import { queryOf } from './query';
import { useT } from './strings';

/** Whether every comparison has its values, so that the server can be asked. */
export function complete(rule: Rule): boolean {
  return leavesOf(rule).every((leaf) => {
    const values = (leaf.values ?? []).filter((value) => value !== '');
    const wanted = takes(leaf.op ?? 'any');
    return wanted === 'none' || values.length >= (wanted === 'two' ? 2 : 1);
  });
}

/**
 * How many customers and follows match, counted on the server; says when counting stopped. A number is
 * only shown for the condition that stands there: `version` tells apart what a saved one meant before.
 */
export function RuleSize({ rule, version }: { rule: Rule; version?: number }) {
  const t = useT();
  const whole = complete(rule);
  const size = useQuery({
    queryKey: ['customer', 'size', rule, version],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/size', { params: { query: queryOf(rule) }, signal })),
    enabled: whole,
    staleTime: 10_000,
  });
  if (!whole) return <span className="q-faint">{t('size.incomplete')}</span>;
  if (size.isError)
    return (
      <span className="q-faint">
        {size.error.message}{' '}
        <Button look="link" size="small" onClick={() => void size.refetch()}>
          {t('size.again')}
        </Button>
      </span>
    );
  if (!size.data) return <span className="q-faint">{t('size.counting')}</span>;
  const { customers, follows, capped } = size.data;
  return (
    <span className="q-num" aria-live="polite">
      {t(capped ? (follows === 0 ? 'size.long' : 'size.capped') : 'size', { n: customers, m: follows })}
    </span>
  );
}

/** What a condition says, and how many match, while it is edited. */
export function RuleSummary({ rule }: { rule: Rule }) {
  const t = useT();
  const words = useRuleWords([rule]);
  const [asked, setAsked] = useState(rule);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(rule), 400);
    return () => clearTimeout(timer);
  }, [rule]);
  return (
    <div className="customer-rule-summary">
      <span>{t('rule.means', { words: words(rule) })}</span>
      {asked === rule || !complete(rule) ? (
        <RuleSize rule={rule} />
      ) : (
        <span className="q-faint">{t('size.counting')}</span>
      )}
    </div>
  );
}
