import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan, useMe } from '@/lib/me';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { Icon, type IconName } from '@/parts/Icon';
import { Labels } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { useRoles } from './data';
import { GrantDialog } from './grant-dialog';
import { useT } from './strings';
import { useRoleName } from './words';

/** One row of the list: a member, a department or a local account with its roles. */
export interface Given {
  kind: 'member' | 'department' | 'account';
  id: string;
  name: string;
  roles: readonly string[];
  below?: boolean;
  members?: number;
}

const icons: Record<Given['kind'], IconName> = {
  member: 'member',
  department: 'department',
  account: 'lock',
};

/** Who was given roles. Whoever is not here has what his departments or the contact book give. */
export function Grants() {
  const t = useT();
  const can = useCan();
  const { reach } = useMe();
  const roles = useRoles();
  const roleName = useRoleName();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const [edited, setEdited] = useState<Given | Given['kind'] | null>(null);
  const named = (keys: readonly string[]) =>
    keys.map((key) => roleName(roles.data?.roles.find((role) => role.key === key) ?? { key, name: key }));
  const take = (given: Given) =>
    confirm({
      title: t('take.title', { name: given.name }),
      detail: t('take.detail'),
      action: t('take'),
      danger: true,
      onConfirm: async () => {
        if (given.kind === 'department') {
          await ok(
            api.PUT('/api/access/grants/departments/{department}', {
              params: { path: { department: Number(given.id) } },
              body: { roles: [] },
            }),
          );
        } else if (given.kind === 'account') {
          await ok(
            api.PUT('/api/access/grants/accounts/{account}', {
              params: { path: { account: given.id } },
              body: { roles: [] },
            }),
          );
        } else {
          await ok(
            api.PUT('/api/access/grants/{member}', {
              params: { path: { member: given.id } },
              body: { roles: [] },
            }),
          );
        }
        done(t('taken'));
        await client.invalidateQueries({ queryKey: ['access'] });
      },
    });
  const columns: Column<Given>[] = [
    {
      key: 'name',
      title: t('holder'),
      fixed: true,
      width: 260,
      render: (given) => (
        <span className="access-name">
          <Icon name={icons[given.kind]} />
          <strong>{given.name}</strong>
          {given.kind === 'department' && (
            <small className="q-faint">
              {t(given.below ? 'holder.deep' : 'holder.flat', { n: given.members ?? 0 })}
            </small>
          )}
          {given.kind === 'account' && <small className="q-faint">{t('account')}</small>}
        </span>
      ),
    },
    { key: 'roles', title: t('roles'), render: (given) => <Labels texts={named(given.roles)} limit={6} /> },
    {
      key: 'actions',
      title: '',
      width: 100,
      render: (given) =>
        can('access.grant') && (
          <span className="q-row">
            <Button size="small" look="quiet" icon="edit" hint={t('edit')} onClick={() => setEdited(given)} />
            <Button size="small" look="quiet" icon="remove" hint={t('take')} onClick={() => take(given)} />
          </span>
        ),
    },
  ];
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('default')}>
        {t('default.hint')}
      </Notice>
      <DataTable<Given>
        id="access.grants"
        label={t('grants')}
        rowKey={(given) => `${given.kind}:${given.id}`}
        queryKey={['access', 'grants']}
        load={async ({ signal }) => {
          const list = await ok(api.GET('/api/access/grants', { signal }));
          return {
            items: [
              ...list.departments.map(
                ({ department, ...rest }): Given => ({ kind: 'department', id: String(department), ...rest }),
              ),
              ...list.grants.map(({ member, ...rest }): Given => ({ kind: 'member', id: member, ...rest })),
              ...list.accounts.map(
                ({ account, name, ...rest }): Given => ({
                  kind: 'account',
                  id: account,
                  name: name || account,
                  ...rest,
                }),
              ),
            ],
          };
        }}
        columns={columns}
        tools={
          can('access.grant') && (
            <>
              {reach === 'all' && (
                <Button icon="lock" onClick={() => setEdited('account')}>
                  {t('give.account')}
                </Button>
              )}
              {reach === 'all' && (
                <Button icon="department" onClick={() => setEdited('department')}>
                  {t('give.department')}
                </Button>
              )}
              <Button look="primary" icon="add" onClick={() => setEdited('member')}>
                {t('give.member')}
              </Button>
            </>
          )
        }
        empty={{ title: t('grants.empty'), hint: t('grants.empty.hint') }}
      />
      {edited && <GrantDialog given={edited} onClose={() => setEdited(null)} />}
    </div>
  );
}
