import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { CheckBox, Options } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Waiting } from '@/parts/Page';
import { useAccounts, useRoles } from './data';
import type { Given } from './grants';
import { useT } from './strings';
import { useRoleName, useSpanWords } from './words';

interface Values {
  target: string[];
  roles: string[];
  below: boolean;
}

/** Gives exactly the ticked roles to a member, a department or an account. */
export function GrantDialog(props: { given: Given | Given['kind']; onClose: () => void }) {
  const { given, onClose } = props;
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const known = typeof given === 'string' ? undefined : given;
  const kind = known?.kind ?? (given as Given['kind']);
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
      title={known ? t('give.to', { name: known.name }) : t(`give.${kind}`)}
    >
      <Form<Values> initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        {!known && (
          <Field
            name="target"
            label={t(kind)}
            hint={kind === 'account' ? t('account.hint') : undefined}
            required
          >
            {kind === 'department' ? (
              <DepartmentPicker single />
            ) : kind === 'account' ? (
              <AccountPicker />
            ) : (
              <MemberPicker single />
            )}
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

/** One of the local accounts that roles can be given to. */
function AccountPicker({
  value = [],
  onChange,
  ...rest
}: {
  value?: readonly string[];
  onChange?: (accounts: string[]) => void;
  id?: string;
}) {
  const t = useT();
  const accounts = useAccounts(true);
  if (accounts.isError)
    return <ErrorView compact error={accounts.error} onRetry={() => void accounts.refetch()} />;
  if (!accounts.data) return <Waiting rows={1} />;
  if (accounts.data.items.length === 0) return <p className="q-faint">{t('account.none')}</p>;
  return (
    <Options<string>
      {...rest}
      label={t('account')}
      value={value[0]}
      onChange={(id) => onChange?.(id ? [id] : [])}
      options={accounts.data.items.map((one) => ({
        value: one.id,
        label: one.disabled
          ? t('account.disabled', { name: one.name })
          : one.guest
            ? t('account.guest', { name: one.name })
            : one.name,
      }))}
    />
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
  const words = useSpanWords();
  if (roles.isError) return <ErrorView compact error={roles.error} onRetry={() => void roles.refetch()} />;
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
          {!role.givable && <small className="q-faint"> {t('notYours')}</small>}
          <small className="access-note">
            {t('scope')}
            {t('colon')}
            {words(role.scope, role.names)}
            {role.note && ` · ${role.note}`}
          </small>
        </CheckBox>
      ))}
    </div>
  );
}
