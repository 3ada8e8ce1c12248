import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Options } from '@/parts/fields';
import { type Flow, standing } from './data';
import { useT } from './strings';

/** Takes a stage away and asks where its customers go. */
export function RemoveDialog(props: {
  flow: Flow;
  stage: string;
  name: string;
  onRemoved?: (() => void) | undefined;
  onClose: () => void;
}) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const count = useQuery({
    queryKey: ['stage', 'count', props.flow.id, props.stage],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/stage/flows/{id}/cards/count', {
          params: { path: { id: props.flow.id }, query: { stage: [props.stage] } },
          signal,
        }),
      ),
  });
  const remove = useMutation({
    mutationFn: (into: string) =>
      ok(
        api.POST('/api/stage/stages/{id}/remove', { params: { path: { id: props.stage } }, body: { into } }),
      ),
    onSuccess: async () => {
      feedback.done(t('stage.removed', { name: props.name }));
      props.onRemoved?.();
      props.onClose();
      await client.invalidateQueries({ queryKey: ['stage'] });
    },
  });
  const others = standing(props.flow).filter((stage) => stage.id !== props.stage);
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t('stage.remove.title', { name: props.name, n: count.data?.count ?? 0 })}
    >
      <Form
        initial={{ into: others[0]?.id ?? '' }}
        submitLabel={t('stage.remove')}
        onCancel={props.onClose}
        onSubmit={(values) => remove.mutateAsync(values.into)}
      >
        <Field name="into" label={t('stage.into')} hint={t('stage.into.hint')} required>
          <Options options={others.map((stage) => ({ value: stage.id, label: stage.name }))} />
        </Field>
      </Form>
    </Dialog>
  );
}
