import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan, useMe } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Label } from '@/parts/StateBadge';
import { rolesKey, usePermissions } from './data';
import { held, PermissionTree } from './permission-tree';
import { RoleDialog } from './role-dialog';
import { useT } from './strings';
import { type Role, useRoleName, useSpanWords } from './words';

/** The roles there are; the corp's own can be made, changed, copied and deleted. */
export function Roles() {
  const t = useT();
  const can = useCan();
  const { reach } = useMe();
  const roleName = useRoleName();
  const words = useSpanWords();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const all = usePermissions();
  const [edited, setEdited] = useState<{ role?: Role; copy?: boolean } | null>(null);
  const mayMake = can('access.role') && reach === 'all';
  const holders = (role: Role) =>
    (['members', 'departments', 'accounts'] as const)
      .filter((kind) => role[kind] > 0)
      .map((kind) => t(`holders.${kind}`, { n: role[kind] }))
      .join(t('comma')) || '–';
  const remove = (role: Role) =>
    confirm({
      title: t('remove.title', { name: role.name, n: role.members + role.accounts + role.departments }),
      detail: t('remove.detail'),
      action: t('remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/access/roles/{role}', { params: { path: { role: role.key } } }));
        done(t('removed'));
        await client.invalidateQueries({ queryKey: ['access'] });
      },
    });
  const actions = (role: Role) =>
    mayMake && (
      <ActionMenu
        label={t('more', { name: roleName(role) })}
        actions={[
          ...(role.editable
            ? [{ key: 'edit', label: t('edit'), icon: 'edit' as const, onClick: () => setEdited({ role }) }]
            : []),
          { key: 'copy', label: t('copy'), icon: 'copy', onClick: () => setEdited({ role, copy: true }) },
          ...(role.editable
            ? [
                {
                  key: 'remove',
                  label: t('remove'),
                  icon: 'remove' as const,
                  danger: true,
                  onClick: () => remove(role),
                },
              ]
            : []),
        ]}
      />
    );
  const columns: Column<Role>[] = [
    {
      key: 'name',
      title: t('role'),
      fixed: true,
      width: 220,
      render: (role) => (
        <span className="access-name">
          <strong>{roleName(role)}</strong>
          {role.builtIn && <Label>{t('builtIn')}</Label>}
        </span>
      ),
    },
    {
      key: 'scope',
      title: t('scope'),
      hint: t('scope.hint'),
      render: (role) => words(role.scope, role.names),
    },
    { key: 'book', title: t('book'), hint: t('book.hint'), render: (role) => words(role.book, role.names) },
    {
      key: 'permissions',
      title: t('permissions'),
      width: 110,
      render: (role) =>
        role.permissions.includes('*')
          ? t('everything')
          : held(role.permissions, all.data?.permissions ?? []),
    },
    { key: 'holders', title: t('holders.title'), width: 200, render: holders },
    { key: 'actions', title: '', width: 60, render: actions },
  ];
  return (
    <>
      <DataTable<Role>
        id="access.roles"
        label={t('roles')}
        rowKey={(role) => role.key}
        queryKey={rolesKey}
        load={async ({ signal }) => ({ items: (await ok(api.GET('/api/access/roles', { signal }))).roles })}
        columns={columns}
        tools={
          mayMake && (
            <Button look="primary" icon="add" onClick={() => setEdited({})}>
              {t('new')}
            </Button>
          )
        }
        empty={{ title: t('empty') }}
        drawerWidth={560}
        drawer={(_, role) => ({
          title: role ? roleName(role) : t('role'),
          actions: role?.editable && (
            <Button size="small" icon="edit" onClick={() => setEdited({ role })}>
              {t('edit')}
            </Button>
          ),
          content: role && (
            <div className="q-stack">
              <Facts
                items={[
                  { name: t('note'), value: role.note },
                  { name: t('scope'), value: words(role.scope, role.names), hint: t('scope.hint') },
                  { name: t('book'), value: words(role.book, role.names), hint: t('book.hint') },
                  { name: t('holders.title'), value: holders(role) },
                ]}
              />
              <PermissionTree value={role.permissions} readOnly />
            </div>
          ),
        })}
      />
      {edited && <RoleDialog role={edited.role} copy={edited.copy} onClose={() => setEdited(null)} />}
    </>
  );
}
