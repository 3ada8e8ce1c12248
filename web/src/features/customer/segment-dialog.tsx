import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { Problem } from '@/api/problem';
import type { components } from '@/api/schema';
import { useCan } from '@/lib/me';
import { isEmpty, type Rule } from '@/lib/rule';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { SavedFields, savedValues, shareOf } from '@/parts/SavedFields';
import { Notice } from '@/parts/Tabs';
import { RuleBuilder } from './rule-builder';
import { complete, RuleSummary } from './rule-size';
import { useT } from './strings';

export type Segment = components['schemas']['CustomerSegment'];

/** Makes or changes a segment: its name, with whom it is shared, and its condition. */
export function SegmentDialog(props: { segment?: Segment; rule?: Rule; onClose: () => void }) {
  const { segment, onClose } = props;
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const feedback = useFeedback();
  const rule = (segment?.rule as Rule | undefined) ?? props.rule ?? {};
  return (
    <Dialog open onClose={onClose} width={860} title={t(segment ? 'segment.change' : 'segment.new')}>
      <Form
        initial={{ ...savedValues(segment), rule }}
        submitLabel={t('save')}
        onCancel={onClose}
        onSubmit={async (values) => {
          if (!complete(values.rule)) throw new Problem(422, { detail: t('rule.incomplete') });
          const body = {
            name: values.name,
            note: values.note,
            share: shareOf(values),
            rule: values.rule as Segment['rule'],
            version: segment?.version,
          };
          await (segment
            ? ok(api.PUT('/api/customer/segments/{id}', { params: { path: { id: segment.id } }, body }))
            : ok(api.POST('/api/customer/segments', { body })));
          await client.invalidateQueries({ queryKey: ['customer'] });
          feedback.done(t('segment.saved', { name: values.name }));
          onClose();
        }}
      >
        {(values) => (
          <>
            {segment?.broken && (
              <Notice tone="warning" title={t('segment.broken')}>
                {segment.broken}
              </Notice>
            )}
            <SavedFields values={values} shares={can('customer.share')} note />
            <Field name="rule" label={t('segment.rule')}>
              <RuleBuilder />
            </Field>
            {isEmpty(values.rule) && <p className="q-faint">{t('segment.everybody')}</p>}
            <RuleSummary rule={values.rule} />
          </>
        )}
      </Form>
    </Dialog>
  );
}
