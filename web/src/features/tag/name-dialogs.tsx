import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { Field, Form } from '@/parts/Form';
import { TextArea, TextInput } from '@/parts/fields';
import { useSettle } from './change';
import { useT } from './strings';
import { type Group, namesIn } from './words';

/** Adds tags to a group, one a line. */
export function AddTagsDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const t = useT();
  const settle = useSettle();
  return (
    <Dialog open onClose={onClose} title={t('tags.addTo', { name: group.name })}>
      <Form<{ tags: string }>
        initial={{ tags: '' }}
        submitLabel={t('tags.add')}
        onCancel={onClose}
        onSubmit={async ({ tags }) => {
          await settle(
            ok(
              api.POST('/api/tag/groups/{id}/tags', {
                params: { path: { id: group.id } },
                body: { tags: namesIn(tags) },
              }),
            ),
          );
          onClose();
        }}
      >
        <Field name="tags" label={t('tags')} hint={t('tags.hint')} required>
          <TextArea rows={6} />
        </Field>
      </Form>
    </Dialog>
  );
}

/** Gives a tag or a group another name. */
export function RenameDialog(props: { id: string; name: string; onClose: () => void }) {
  const { id, name, onClose } = props;
  const t = useT();
  const settle = useSettle();
  return (
    <Dialog open onClose={onClose} title={t('rename.title', { name })}>
      <Form<{ name: string }>
        initial={{ name }}
        submitLabel={t('save')}
        onCancel={onClose}
        onSubmit={async (values) => {
          if (values.name.trim() !== name) {
            await settle(
              ok(
                api.PUT('/api/tag/names/{id}', {
                  params: { path: { id } },
                  body: { name: values.name, was: name },
                }),
              ),
            );
          }
          onClose();
        }}
      >
        <Field name="name" label={t('name')} required max={30}>
          <TextInput max={30} autoFocus />
        </Field>
      </Form>
    </Dialog>
  );
}
