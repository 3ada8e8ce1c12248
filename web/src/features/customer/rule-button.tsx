import { useState } from 'react';
import { isEmpty, type Rule } from '@/lib/rule';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { type Filters, ruleIn } from './query';
import { RuleBuilder } from './rule-builder';
import { complete, RuleSummary } from './rule-size';
import { useT } from './strings';

/** Opens the rule builder for what the chips cannot say; its condition stands in the address beside theirs. */
export function RuleButton({ filters }: { filters: Filters }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const rule = ruleIn(filters.one('rule'));
  return (
    <>
      <Button icon="filter" onClick={() => setOpen(true)} look={rule ? 'primary' : 'default'}>
        {t(rule ? 'rule.edit' : 'rule.more')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} width={860} title={t('rule.title')}>
        <Editor
          rule={rule ?? {}}
          onClose={() => setOpen(false)}
          onApply={(next) => {
            filters.patch({ rule: isEmpty(next) ? undefined : JSON.stringify(next) });
            setOpen(false);
          }}
        />
      </Dialog>
    </>
  );
}

function Editor(props: { rule: Rule; onApply: (rule: Rule) => void; onClose: () => void }) {
  const t = useT();
  const [rule, setRule] = useState(props.rule);
  return (
    <div className="q-stack">
      <RuleBuilder value={rule} onChange={setRule} />
      <RuleSummary rule={rule} />
      <div className="q-row">
        <Button
          look="primary"
          disabled={!complete(rule)}
          hint={complete(rule) ? undefined : t('rule.incomplete')}
          onClick={() => props.onApply(rule)}
        >
          {t('rule.apply')}
        </Button>
        <Button onClick={() => props.onApply({})}>{t('rule.clear')}</Button>
        <Button look="quiet" onClick={props.onClose}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  );
}
