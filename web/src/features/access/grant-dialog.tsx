import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { CheckBox } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Waiting } from '@/parts/Page';
import { useRoles } from './data';
import type { Given } from './grants';
import { useT } from './strings';
import { useRoleName } from './words';

interface Values {
  target: string[];
  roles: string[];
  below: boolean;
}

/** Gives exactly the ticked roles to a member, a department or an account. */
export function GrantDialog(props: { given: Given | 'member' | 'department'; onClose: () => void }) {
  const { given, onClose } = props;
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const known = typeof given === 'string' ? undefined : given;
  const kind = known?.kind ?? (given as 'member' | 'department');
  const initial: Values = {
    target: known ? [known.id] : [],
    roles: [...(known?.roles ?? [])],
    below: known?.below ?? true,
  };
  const save = async ({ target, roles, below }: Values) => {
    const id = target[0] ?? '';
    if (kind === 'department') {
      await ok(
        api.PUT('/api/access/grants/departments/{department}', {
          params: { path: { department: Number(id) } },
          body: { roles, below },
        }),
      );
    } else if (kind === 'account') {
      await ok(
        api.PUT('/api/access/grants/accounts/{account}', {
          params: { path: { account: id } },
          body: { roles },
        }),
      );
    } else {
      await ok(api.PUT('/api/access/grants/{member}', { params: { path: { member: id } }, body: { roles } }));
    }
    await client.invalidateQueries({ queryKey: ['access'] });
    done(t('given'));
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={560}
      title={known ? t('give.to', { name: known.name }) : t(`give.${given as 'member'}`)}
    >
      <Form<Values> initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        {!known && (
          <Field name="target" label={t(kind === 'department' ? 'department' : 'member')} required>
            {kind === 'department' ? <DepartmentPicker single /> : <MemberPicker single />}
          </Field>
        )}
        {kind === 'department' && (
          <Field name="below" label={t('reaches')} valueKey="checked">
            <CheckBox>{t('below')}</CheckBox>
          </Field>
        )}
        <Field name="roles" label={t('roles')} hint={t('roles.hint')} required>
          <RolePicker />
        </Field>
      </Form>
    </Dialog>
  );
}

/** Roles to tick; those that hold more than the reader cannot be given. */
function RolePicker({
  value = [],
  onChange,
}: {
  value?: readonly string[];
  onChange?: (roles: string[]) => void;
}) {
  const t = useT();
  const roles = useRoles();
  const roleName = useRoleName();
  if (!roles.data) return <Waiting rows={3} />;
  return (
    <div className="access-roles">
      {roles.data.roles.map((role) => (
        <CheckBox
          key={role.key}
          checked={value.includes(role.key)}
          disabled={!role.givable}
          onChange={(on) => onChange?.(on ? [...value, role.key] : value.filter((key) => key !== role.key))}
        >
          {roleName(role)}
          {role.note && <small className="q-faint"> {role.note}</small>}
          {!role.givable && <small className="q-faint"> {t('notYours')}</small>}
        </CheckBox>
      ))}
    </div>
  );
}
