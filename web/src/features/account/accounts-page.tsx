import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { ActionMenu, Button } from '@/parts/Button';
import { Copy } from '@/parts/Copy';
import { type Column, DataTable } from '@/parts/DataTable';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput, TextInput, Toggle } from '@/parts/fields';
import { Card, Page, Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { Notice, Tabs } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import type { LocalAccount, Policy } from './session';
import { useT } from './strings';
import './account.css';

type FirstPassword = components['schemas']['AccountFirstPassword'];

/** Local accounts and the corp's rules for signing in. */
export default function AccountsPage() {
  const t = useT();
  const [creating, setCreating] = useState(false);
  const [first, setFirst] = useState<FirstPassword | null>(null);
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['account', 'accounts'] });
  return (
    <Page
      title={t('accounts')}
      meaning={t('accounts.meaning')}
      actions={
        <Button look="primary" icon="add" onClick={() => setCreating(true)}>
          {t('accounts.create')}
        </Button>
      }
    >
      <Tabs
        items={[
          {
            key: 'accounts',
            label: t('accounts'),
            content: <AccountsTable onPassword={setFirst} refresh={refresh} />,
          },
          { key: 'policy', label: t('policy'), content: <PolicyCard /> },
        ]}
      />
      <Dialog open={creating} onClose={() => setCreating(false)} title={t('accounts.create')} width={460}>
        <Form<{ name: string }>
          initial={{ name: '' }}
          submitLabel={t('accounts.create')}
          onCancel={() => setCreating(false)}
          onSubmit={async (body) => {
            setFirst(await ok(api.POST('/api/account/accounts', { body })));
            setCreating(false);
            await refresh();
          }}
        >
          <Field name="name" label={t('name')} hint={t('accounts.name.hint')} required max={64}>
            <TextInput autoComplete="off" max={64} />
          </Field>
        </Form>
      </Dialog>
      <Dialog once open={first !== null} onClose={() => setFirst(null)} title={t('first.title')} width={460}>
        {first && <FirstPasswordWords first={first} onDone={() => setFirst(null)} />}
      </Dialog>
    </Page>
  );
}

function FirstPasswordWords({ first, onDone }: { first: FirstPassword; onDone: () => void }) {
  const t = useT();
  return (
    <div className="q-stack">
      <Notice tone="warning" title={t('first.once')}>
        {t('first.what', { name: first.account.name })}
      </Notice>
      <p className="account-first">
        <code>{first.password}</code> <Copy text={first.password} />
      </p>
      {first.account.roles.length === 0 && <p className="q-faint">{t('first.role')}</p>}
      <div>
        <Button look="primary" onClick={onDone}>
          {t('first.kept')}
        </Button>
      </div>
    </div>
  );
}

function AccountsTable(props: { onPassword: (first: FirstPassword) => void; refresh: () => Promise<void> }) {
  const t = useT();
  const { text } = useI18n();
  const columns: Column<LocalAccount>[] = [
    {
      key: 'name',
      title: t('name'),
      fixed: true,
      width: 200,
      render: (row) => (
        <span className="q-row">
          <strong>{row.name}</strong>
          {row.own && <span className="q-faint">{t('accounts.own')}</span>}
        </span>
      ),
    },
    {
      key: 'roles',
      title: t('role'),
      width: 180,
      render: (row) => (
        <Labels
          texts={row.roles.map((role, i) => text(`role.${role}`, undefined, row.roleNames[i] ?? role))}
        />
      ),
    },
    {
      key: 'state',
      title: t('accounts.state'),
      width: 140,
      render: (row) =>
        row.disabled ? (
          <StateBadge tone="bad">{t('accounts.disabled')}</StateBadge>
        ) : row.mustChange ? (
          <StateBadge tone="warn" hint={t('accounts.first.hint')}>
            {t('accounts.first')}
          </StateBadge>
        ) : (
          <StateBadge tone="good">{t('accounts.enabled')}</StateBadge>
        ),
    },
    {
      key: 'totp',
      title: t('totp'),
      width: 120,
      render: (row) => (
        <StateBadge tone={row.totp ? 'good' : 'quiet'}>{t(row.totp ? 'totp.on' : 'totp.none')}</StateBadge>
      ),
    },
    {
      key: 'in',
      title: t('accounts.signedIn'),
      width: 140,
      render: (row) => <TimeText at={row.signedInAt} />,
    },
    {
      key: 'created',
      title: t('accounts.created'),
      width: 140,
      optional: true,
      render: (row) => <TimeText at={row.createdAt} show="day" />,
    },
    {
      key: 'actions',
      title: t('actions'),
      width: 80,
      render: (row) => <Actions row={row} {...props} />,
    },
  ];
  return (
    <DataTable<LocalAccount>
      id="account.accounts"
      label={t('accounts')}
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={['account', 'accounts']}
      load={({ signal }) => ok(api.GET('/api/account/accounts', { signal }))}
      empty={{ title: t('accounts.none'), hint: t('accounts.meaning') }}
    />
  );
}

function Actions(props: {
  row: LocalAccount;
  onPassword: (first: FirstPassword) => void;
  refresh: () => Promise<void>;
}) {
  const { row, onPassword, refresh } = props;
  const t = useT();
  const { confirm } = useFeedback();
  if (!row.manageable) return <span className="q-faint">–</span>;
  const path = { params: { path: { id: row.id } } };
  const reset = () =>
    confirm({
      title: t('reset.title', { name: row.name }),
      detail: t('reset.detail'),
      action: t('reset'),
      danger: true,
      onConfirm: async () => {
        onPassword(await ok(api.POST('/api/account/accounts/{id}/password', path)));
        await refresh();
      },
    });
  const dropTotp = () =>
    confirm({
      title: t('drop.title', { name: row.name }),
      detail: t('drop.detail'),
      action: t('drop'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/account/accounts/{id}/totp', path));
        await refresh();
      },
    });
  const setDisabled = (disabled: boolean) =>
    confirm({
      title: t(disabled ? 'disable.title' : 'enable.title', { name: row.name }),
      detail: disabled ? t('disable.detail') : undefined,
      action: t(disabled ? 'disable' : 'enable'),
      danger: disabled,
      onConfirm: async () => {
        await ok(api.PUT('/api/account/accounts/{id}/state', { ...path, body: { disabled } }));
        await refresh();
      },
    });
  return (
    <ActionMenu
      label={t('actions')}
      actions={[
        { key: 'reset', label: t('reset'), icon: 'lock', onClick: () => void reset() },
        ...(row.totp
          ? [{ key: 'drop', label: t('drop'), icon: 'undo' as const, onClick: () => void dropTotp() }]
          : []),
        ...(row.founder
          ? []
          : [
              {
                key: 'state',
                label: t(row.disabled ? 'enable' : 'disable'),
                icon: row.disabled ? ('success' as const) : ('stop' as const),
                danger: !row.disabled,
                onClick: () => void setDisabled(!row.disabled),
              },
            ]),
      ]}
    />
  );
}

function PolicyCard() {
  const t = useT();
  const { done } = useFeedback();
  const client = useQueryClient();
  const policy = useQuery({
    queryKey: ['account', 'policy'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/policy', { signal })),
  });
  const save = useMutation({
    mutationFn: (body: Policy) => ok(api.PUT('/api/account/policy', { body })),
    onSuccess: (saved) => {
      client.setQueryData(['account', 'policy'], saved);
      done(t('policy.saved'));
    },
  });
  if (policy.isPending) return <Waiting rows={3} />;
  if (policy.isError) return <ErrorView error={policy.error} onRetry={() => void policy.refetch()} />;
  return (
    <Card title={t('policy')} actions={<SettingChanges object="policy:signIn" permission="account.manage" />}>
      <Form<Policy>
        key={JSON.stringify(policy.data)}
        initial={policy.data}
        submitLabel={t('policy.save')}
        onSubmit={(values) => save.mutateAsync(values)}
      >
        <Field name="idleMinutes" label={t('policy.idle')} hint={t('policy.idle.hint')} required>
          <NumberInput min={15} most={10080} unit={t('policy.minutes')} />
        </Field>
        <Field name="lifetimeHours" label={t('policy.lifetime')} hint={t('policy.lifetime.hint')} required>
          <NumberInput min={1} most={720} unit={t('policy.hours')} />
        </Field>
        <Field name="totpRequired" label={t('policy.totp')} hint={t('policy.totp.hint')} valueKey="checked">
          <Toggle label={t('policy.totp')} />
        </Field>
      </Form>
    </Card>
  );
}
