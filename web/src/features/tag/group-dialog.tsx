import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { Field, Form } from '@/parts/Form';
import { Choice, TextArea, TextInput } from '@/parts/fields';
import { useSettle } from './change';
import { useT } from './strings';
import { namesIn } from './words';

interface Values {
  name: string;
  tags: string;
  where: 'wecom' | 'own';
}

/** Makes a group with its first tags; where WeCom has no room, of platform tags. */
export function GroupDialog({ full, onClose }: { full: boolean; onClose: () => void }) {
  const t = useT();
  const settle = useSettle();
  return (
    <Dialog open onClose={onClose} title={t('group.new')} width={560}>
      <Form<Values>
        initial={{ name: '', tags: '', where: full ? 'own' : 'wecom' }}
        submitLabel={t('group.make')}
        onCancel={onClose}
        onSubmit={async ({ name, tags, where }) => {
          await settle(
            ok(
              api.POST('/api/tag/groups', {
                body: { name, tags: namesIn(tags), own: where === 'own' || undefined },
              }),
            ),
          );
          onClose();
        }}
      >
        <Field name="name" label={t('group.name')} required max={30}>
          <TextInput max={30} autoFocus />
        </Field>
        <Field name="tags" label={t('tags')} hint={t('tags.hint')} required>
          <TextArea rows={5} />
        </Field>
        <Field name="where" label={t('where')}>
          <Choice
            options={(['wecom', 'own'] as const).map((value) => ({
              value,
              label: t(`where.${value}`),
              hint: t(`where.${value}.hint`),
              disabled: value === 'wecom' && full,
            }))}
          />
        </Field>
      </Form>
    </Dialog>
  );
}
