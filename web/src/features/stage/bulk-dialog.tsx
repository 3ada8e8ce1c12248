import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options } from '@/parts/fields';
import { type Flow, type Query, standing } from './data';
import { useT } from './strings';

type Selection = components['schemas']['AskSelection'];

/** Brings many customers into one stage, in the background. */
export function BulkDialog(props: {
  flow: Flow;
  selection?: Selection;
  /** Instead of a selection: all cards of the flow that match, as the list shows them. */
  matching?: Query & { stage?: string[] };
  /** How many are meant; the server counts those that match. */
  count?: number;
  onClose: () => void;
  onDone?: () => void;
}) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const start = useMutation({
    mutationFn: (stage: string) =>
      ok(
        api.POST('/api/stage/flows/{id}/batches', {
          params: { path: { id: props.flow.id } },
          body: { stage, selection: props.selection, matching: props.matching },
        }),
      ),
    onSuccess: (batch) => {
      void client.invalidateQueries({ queryKey: ['stage'] });
      feedback.done(t('bulk.started', { n: batch.total }));
      props.onDone?.();
      props.onClose();
    },
  });
  // Who is moved out of one stage goes to another, which nobody but the user can know.
  const [leaving, ...others] = props.matching?.stage ?? [];
  const one = others.length === 0 ? leaving : undefined;
  const stages = standing(props.flow).filter((stage) => stage.id !== one);
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={
        props.count !== undefined
          ? t('bulk.title', { n: props.count })
          : t(props.matching ? 'bulk.matching.title' : 'bulk.all.title')
      }
    >
      <Form<{ stage?: string | undefined }>
        initial={{ stage: one ? undefined : stages[0]?.id }}
        submitLabel={t('bulk.start')}
        onCancel={props.onClose}
        onSubmit={(values) => start.mutateAsync(values.stage ?? '')}
      >
        <Field name="stage" label={t('move.to')} hint={t('bulk.hint')} required>
          <Options options={stages.map((stage) => ({ value: stage.id, label: stage.name }))} />
        </Field>
      </Form>
    </Dialog>
  );
}
