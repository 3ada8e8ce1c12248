import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { ActionMenu, Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Toggle } from '@/parts/fields';
import { NumberText } from '@/parts/NumberText';
import { Card, Waiting } from '@/parts/Page';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { HitsDrawer } from './hits-drawer';
import { RuleDrawer } from './rule-drawer';
import { useRuleWords } from './rule-words';
import { useT } from './strings';
import { moved, type Rule } from './words';

/** The rules for automatic tags in the order in which they act. */
export function RulesTab() {
  const t = useT();
  const client = useQueryClient();
  const { problem } = useFeedback();
  const [edited, setEdited] = useState<{ rule?: Rule }>();
  const rules = useQuery({
    queryKey: ['tag', 'rules'],
    queryFn: ({ signal }) => ok(api.GET('/api/tag/rules', { signal })),
  });
  if (rules.isPending) return <Waiting />;
  if (rules.isError) return <ErrorView error={rules.error} onRetry={() => void rules.refetch()} />;
  const items = rules.data.items;
  const order = (ids?: string[]) =>
    ids &&
    ok(api.PUT('/api/tag/rules/order', { body: { ids } }))
      .then((list) => client.setQueryData(['tag', 'rules'], list))
      .catch(problem);
  const add = (
    <Button look="primary" icon="add" onClick={() => setEdited({})}>
      {t('rule.new')}
    </Button>
  );
  return (
    <div className="q-stack">
      {items.length === 0 ? (
        <Empty title={t('rules.empty')} hint={t('rules.empty.hint')} action={add} />
      ) : (
        <>
          <div className="tag-bar">
            <span className="q-faint">{t('rules.order')}</span>
            <span className="q-grow" />
            {add}
          </div>
          <Card flush>
            <ol className="tag-rules">
              {items.map((rule, at) => (
                <RuleLine
                  key={rule.id}
                  rule={rule}
                  first={at === 0}
                  last={at === items.length - 1}
                  onEdit={() => setEdited({ rule })}
                  onMove={(by) => order(moved(items, at, by)?.map((x) => x.id))}
                />
              ))}
            </ol>
          </Card>
        </>
      )}
      {edited && <RuleDrawer rule={edited.rule} onClose={() => setEdited(undefined)} />}
    </div>
  );
}

function RuleLine(props: {
  rule: Rule;
  first: boolean;
  last: boolean;
  onEdit: () => void;
  onMove: (by: -1 | 1) => unknown;
}) {
  const { rule, first, last, onEdit, onMove } = props;
  const t = useT();
  const words = useRuleWords();
  const client = useQueryClient();
  const { confirm, problem } = useFeedback();
  const [hits, setHits] = useState(false);
  const read = () => client.invalidateQueries({ queryKey: ['tag', 'rules'] });
  const path = { params: { path: { id: rule.id } } };
  const named = (ids?: readonly string[]) => (ids ?? []).map((id) => rule.names[id] ?? t('tag.gone'));
  return (
    <li>
      <Toggle
        checked={rule.enabled}
        label={t('rule.switch', { name: rule.name })}
        onChange={(enabled) =>
          ok(api.PUT('/api/tag/rules/{id}/switch', { ...path, body: { enabled } }))
            .then(read)
            .catch(problem)
        }
      />
      <div className="tag-rule">
        <strong>{rule.name}</strong>
        {rule.problem && (
          <StateBadge tone={rule.problem === 'stopped' ? 'bad' : 'warn'}>
            {t(`rule.problem.${rule.problem}`)}
          </StateBadge>
        )}
        <span className="q-faint">{words(rule, rule.groupNames)}</span>
        <span className="q-faint">
          {(rule.members?.length ?? 0) + (rule.departments?.length ?? 0) === 0
            ? t('rule.everybody')
            : t('rule.some', {
                members: rule.members?.length ?? 0,
                departments: rule.departments?.length ?? 0,
              })}
        </span>
      </div>
      <div className="tag-rule-tags">
        {(rule.add?.length ?? 0) > 0 && (
          <span>
            {t('mark.add')} <Labels texts={named(rule.add)} limit={3} />
          </span>
        )}
        {(rule.remove?.length ?? 0) > 0 && (
          <span>
            {t('mark.remove')} <Labels texts={named(rule.remove)} limit={3} />
          </span>
        )}
      </div>
      <Button look="link" onClick={() => setHits(true)} hint={t('hits.hint')}>
        {t('hits.n', { today: rule.today, total: rule.total })}
      </Button>
      <ActionMenu
        label={t('more', { name: rule.name })}
        actions={[
          { key: 'edit', label: t('edit'), icon: 'edit', onClick: onEdit },
          { key: 'up', label: t('up'), icon: 'up', disabled: first, onClick: () => onMove(-1) },
          { key: 'down', label: t('down'), icon: 'fall', disabled: last, onClick: () => onMove(1) },
          {
            key: 'remove',
            label: t('remove'),
            icon: 'remove',
            danger: true,
            onClick: () =>
              confirm({
                title: t('rule.remove', { name: rule.name }),
                detail: t('rule.remove.detail'),
                action: t('remove'),
                danger: true,
                onConfirm: async () => {
                  await ok(api.DELETE('/api/tag/rules/{id}', path));
                  await read();
                },
              }),
          },
        ]}
      />
      {hits && <HitsDrawer rule={rule} onClose={() => setHits(false)} />}
    </li>
  );
}

/** Figures of a dry run, one beside the other. */
export function Figures({ items }: { items: readonly { name: string; value: number }[] }) {
  return (
    <ul className="tag-figures">
      {items.map(({ name, value }) => (
        <li key={name}>
          <strong>
            <NumberText value={value} />
          </strong>
          <span className="q-faint">{name}</span>
        </li>
      ))}
    </ul>
  );
}
