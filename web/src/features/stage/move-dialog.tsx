import { Dialog } from '@/parts/Drawer';
import { Field, Form } from '@/parts/Form';
import { Options, TextArea } from '@/parts/fields';
import { type Stage, type StageCard, useMove } from './data';
import { useT } from './strings';

/** Brings one customer into another stage, with a word about why. */
export function MoveDialog(props: {
  card: Pick<StageCard, 'follow' | 'name'> & { stage?: string };
  stages: Stage[];
  onClose: () => void;
}) {
  const t = useT();
  const move = useMove();
  const others = props.stages.filter((stage) => stage.id !== props.card.stage);
  return (
    <Dialog open onClose={props.onClose} title={t('move.title', { name: props.card.name || t('nameless') })}>
      <Form
        initial={{ stage: others[0]?.id ?? '', note: '' }}
        submitLabel={t('move')}
        onCancel={props.onClose}
        onSubmit={async (values) => {
          await move.mutateAsync({
            follow: props.card.follow,
            stage: values.stage,
            note: values.note.trim() || undefined,
          });
          props.onClose();
        }}
      >
        <Field name="stage" label={t('move.to')} required>
          <Options options={others.map((stage) => ({ value: stage.id, label: stage.name }))} />
        </Field>
        <Field name="note" label={t('move.note')} hint={t('move.note.hint')} max={500}>
          <TextArea rows={3} />
        </Field>
      </Form>
    </Dialog>
  );
}
