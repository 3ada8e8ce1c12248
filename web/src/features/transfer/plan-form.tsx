import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useMembersNamed } from '@/api/directory';
import { Button } from '@/parts/Button';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Field, FormSection } from '@/parts/Form';
import { Choice, NumberInput, Several, TextArea } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { TagPicker } from '@/parts/TagPicker';
import { PickCustomers, PickGroups } from './pick';
import type { Values } from './plan';
import { useT } from './strings';

/** WeCom's limit of transfer_success_msg (92125). */
const maxMessage = 200;

/** The fields of a hand-over; chosen says that the customers were selected elsewhere. */
export function PlanFields({ values, chosen }: { values: Values; chosen?: boolean }) {
  const t = useT();
  const givers = useMembersNamed(values.from);
  const left = givers.data?.items.filter((member) => member.left) ?? [];
  const onJob = chosen || values.from.length === 0 || left.length < values.from.length;
  const { stages, quiet } = useRuleFields();
  const one = values.from.length === 1 ? values.from[0] : undefined;
  return (
    <>
      {!chosen && (
        <FormSection title={t('section.what')}>
          <Field name="from" label={t('from')} required hint={t('from.hint')}>
            <MemberPicker max={50} />
          </Field>
          <Field name="customers" label={t('customers')}>
            <Choice
              options={(['all', 'rule', 'picked', 'none'] as const).map((value) => ({
                value,
                label: t(`customers.${value}`),
                ...(value === 'picked' && one === undefined && { disabled: true, hint: t('picked.one') }),
              }))}
            />
          </Field>
          {values.customers === 'rule' && (
            <>
              <Field name="tags" label={t('rule.tags')} hint={t('rule.tags.hint')}>
                <TagPicker max={50} />
              </Field>
              <Field name="days" label={t('rule.days')}>
                <NumberInput min={1} most={3650} unit={t('day')} />
              </Field>
              {stages && (
                <Field name="stages" label={t('rule.stages')} hint={t('rule.stages.hint')}>
                  <Several
                    options={(stages.options ?? []).map(({ value, name }) => ({
                      value,
                      label: name ?? value,
                    }))}
                  />
                </Field>
              )}
              {quiet && (
                <Field name="quiet" label={t('rule.quiet')} hint={t('rule.quiet.hint')}>
                  <NumberInput min={1} most={3650} unit={t('day')} />
                </Field>
              )}
            </>
          )}
          {values.customers === 'picked' && one && (
            <Field name="picked" label={t('picked')} required>
              <PickCustomers member={one} />
            </Field>
          )}
          <Field name="groups" label={t('groups')}>
            <Choice
              options={(['all', 'selected', 'none'] as const).map((value) => ({
                value,
                label: t(`groups.${value}`),
                ...(value === 'selected' && one === undefined && { disabled: true, hint: t('picked.one') }),
              }))}
            />
          </Field>
          {values.groups === 'selected' && one && (
            <Field name="chats" label={t('picked.groups')} required>
              <PickGroups member={one} />
            </Field>
          )}
        </FormSection>
      )}
      <FormSection title={t('section.to')} meaning={t('section.to.meaning')}>
        <Field name="to" label={t('to')}>
          <MemberPicker max={100} />
        </Field>
        <Field name="departments" label={t('to.departments')} hint={t('to.departments.hint')}>
          <DepartmentPicker />
        </Field>
        <Field name="spread" label={t('spread')}>
          <Choice
            options={(['even', 'load', 'tag', 'department'] as const).map((value) => ({
              value,
              label: t(`spread.${value}`),
              hint: t(`spread.${value}.hint`),
            }))}
          />
        </Field>
        {values.spread === 'tag' && (
          <Field name="rules" label={t('rules')} hint={t('rules.hint')}>
            <Rules />
          </Field>
        )}
        <Field name="friends" label={t('friends.what')} hint={t('friends.what.hint')}>
          <Choice
            options={(['take', 'skip'] as const).map((value) => ({ value, label: t(`friends.${value}`) }))}
          />
        </Field>
        {onJob && (
          <Field name="message" label={t('message')} max={maxMessage} hint={t('message.hint')}>
            <TextArea max={maxMessage} rows={2} />
          </Field>
        )}
      </FormSection>
    </>
  );
}

/** The fields of other features that customers are chosen by, as far as the viewer has them. */
function useRuleFields() {
  const fields = useQuery({
    queryKey: ['customer', 'fields'],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/fields', { signal })),
    staleTime: 60_000,
  });
  const field = (key: string) => fields.data?.items.find((one) => one.key === key);
  return { stages: field('stage.stage'), quiet: field('followup.last') };
}

/** Which tags lead to whom; the first rule that fits counts. */
function Rules(props: { value?: Values['rules']; onChange?: (rules: Values['rules']) => void }) {
  const t = useT();
  const rules = props.value ?? [];
  const change = (at: number, rule: Partial<Values['rules'][number]>) =>
    props.onChange?.(rules.map((old, i) => (i === at ? { ...old, ...rule } : old)));
  return (
    <div>
      {rules.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name of their own, and their order is what counts.
        <div className="transfer-rule" key={at}>
          <TagPicker
            value={rule.tags}
            onChange={(tags) => change(at, { tags })}
            label={t('rules.tags', { n: at + 1 })}
          />
          <MemberPicker
            value={rule.to}
            onChange={(to) => change(at, { to })}
            single
            label={t('rules.to', { n: at + 1 })}
          />
          <Button
            look="quiet"
            icon="remove"
            label={t('rules.remove')}
            disabled={rules.length === 1}
            onClick={() => props.onChange?.(rules.filter((_, i) => i !== at))}
          />
        </div>
      ))}
      <Button size="small" icon="add" onClick={() => props.onChange?.([...rules, { tags: [], to: [] }])}>
        {t('rules.add')}
      </Button>
    </div>
  );
}
