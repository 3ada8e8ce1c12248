import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { TextInput } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { usePermissions } from './data';
import { holds, PermissionTree } from './permission-tree';
import { SpanPicker } from './span-picker';
import { useT } from './strings';
import { type Role, type Span, useRoleName } from './words';

interface Values {
  name: string;
  note: string;
  permissions: string[];
  scope: Span;
  book: Span;
}

/** Makes, changes or copies a role of the corp's own. */
export function RoleDialog({ role, copy, onClose }: { role?: Role; copy?: boolean; onClose: () => void }) {
  const t = useT();
  const roleName = useRoleName();
  const client = useQueryClient();
  const { done } = useFeedback();
  const all = usePermissions();
  const changes = role && !copy;
  const save = async ({ name, note, permissions, scope, book }: Values) => {
    const body = { name, note, permissions, scope, book };
    if (changes) {
      await ok(
        api.PUT('/api/access/roles/{role}', {
          params: { path: { role: role.key } },
          body: { ...body, version: role.version },
        }),
      );
    } else {
      await ok(api.POST('/api/access/roles', { body }));
    }
    await client.invalidateQueries({ queryKey: ['access'] });
    done(t('saved'));
    onClose();
  };
  const title = changes ? t('edit.of', { name: roleName(role) }) : t('new');
  if (!all.data) {
    return (
      <Dialog open onClose={onClose} width={760} title={title}>
        {all.isError ? (
          <ErrorView compact error={all.error} onRetry={() => void all.refetch()} />
        ) : (
          <Waiting />
        )}
      </Dialog>
    );
  }
  const initial: Values = {
    name: role ? (copy ? t('copy.of', { name: roleName(role) }) : role.name).slice(0, 20) : '',
    note: role?.note ?? '',
    // A built-in role says "customer.*"; its copy names each right there is, as far as the editor may give them.
    permissions: role
      ? all.data.permissions
          .filter((one) => holds(role.permissions, one.key) && (one.held || !copy))
          .map((one) => one.key)
      : [],
    scope: role?.scope ?? { kind: 'self' },
    book: role?.book ?? { kind: 'same' },
  };
  return (
    <Dialog open onClose={onClose} width={760} title={title}>
      <Form<Values> initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        <Field name="name" label={t('name')} required max={20}>
          <TextInput max={20} />
        </Field>
        <Field name="note" label={t('note')} max={200}>
          <TextInput max={200} />
        </Field>
        <Field name="scope" label={t('scope')} hint={t('scope.hint')} required>
          <SpanPicker kinds={['all', 'managed', 'own', 'custom', 'self']} />
        </Field>
        <Field name="book" label={t('book')} hint={t('book.hint')} required>
          <SpanPicker kinds={['same', 'all', 'managed', 'own', 'custom', 'self']} />
        </Field>
        <Field name="permissions" label={t('permissions')}>
          <PermissionTree />
        </Field>
      </Form>
    </Dialog>
  );
}
