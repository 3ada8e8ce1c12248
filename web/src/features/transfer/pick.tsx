import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { Dialog } from '@/parts/Drawer';
import { NumberText } from '@/parts/NumberText';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

type Holding = components['schemas']['TransferHoldingView'];
type Group = components['schemas']['TransferGroupView'];

interface Control {
  member: string;
  value?: string[];
  onChange?: (keys: string[]) => void;
}

/** Ticks customers of a member. */
export function PickCustomers({ member, value = [], onChange }: Control) {
  const t = useT();
  const columns: Column<Holding>[] = [
    {
      key: 'name',
      title: t('kind.customer'),
      fixed: true,
      width: 220,
      render: (row) => <CustomerOf row={row} />,
    },
    { key: 'tags', title: t('tags'), width: 200, render: (row) => <Labels texts={row.tags} limit={3} /> },
    {
      key: 'added',
      title: t('added'),
      width: 130,
      render: (row) => (row.addedAt ? <TimeText at={Date.parse(row.addedAt)} show="day" /> : '–'),
    },
    { key: 'busy', title: t('state'), width: 110, render: (row) => row.busy && <Moving /> },
  ];
  return (
    <Picker value={value} onChange={onChange} picked={t('picked.n', { n: value.length })} title={t('picked')}>
      {(take) => (
        <DataTable<Holding>
          id="transfer.pick.customers"
          label={t('picked')}
          columns={columns}
          rowKey={(row) => row.follow ?? row.customer}
          queryKey={['transfer', 'holdings', member]}
          load={({ after, limit, signal }) =>
            ok(
              api.GET('/api/transfer/members/{member}/customers', {
                params: { path: { member }, query: { after, limit } },
                signal,
              }),
            )
          }
          empty={{ title: t('pick.empty') }}
          pageSize={50}
          bulk={(selection) => (
            <Button size="small" look="primary" onClick={() => take(selection.keys)}>
              {t('pick.take', { n: selection.keys.length })}
            </Button>
          )}
        />
      )}
    </Picker>
  );
}

/** Ticks groups that a member owns. */
export function PickGroups({ member, value = [], onChange }: Control) {
  const t = useT();
  const columns: Column<Group>[] = [
    {
      key: 'name',
      title: t('kind.group'),
      fixed: true,
      width: 240,
      render: (row) => row.name || t('nameless.group'),
    },
    {
      key: 'members',
      title: t('group.members'),
      width: 100,
      align: 'right',
      render: (row) => <NumberText value={row.members} />,
    },
    {
      key: 'customers',
      title: t('group.customers'),
      width: 100,
      align: 'right',
      render: (row) => <NumberText value={row.customers} />,
    },
    { key: 'busy', title: t('state'), width: 110, render: (row) => row.busy && <Moving /> },
  ];
  return (
    <Picker
      value={value}
      onChange={onChange}
      picked={t('picked.groups.n', { n: value.length })}
      title={t('picked.groups')}
    >
      {(take) => (
        <DataTable<Group>
          id="transfer.pick.groups"
          label={t('picked.groups')}
          columns={columns}
          rowKey={(row) => row.chat}
          queryKey={['transfer', 'owned', member]}
          load={({ after, limit, signal }) =>
            ok(
              api.GET('/api/transfer/members/{member}/groups', {
                params: { path: { member }, query: { after, limit } },
                signal,
              }),
            )
          }
          empty={{ title: t('pick.empty.groups') }}
          pageSize={50}
          bulk={(selection) => (
            <Button size="small" look="primary" onClick={() => take(selection.keys)}>
              {t('pick.take', { n: selection.keys.length })}
            </Button>
          )}
        />
      )}
    </Picker>
  );
}

function Moving() {
  const t = useT();
  return <StateBadge tone="busy">{t('pick.busy')}</StateBadge>;
}

function Picker(props: {
  value: string[];
  onChange?: (keys: string[]) => void;
  picked: string;
  title: string;
  children: (take: (keys: string[]) => void) => React.ReactNode;
}) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const take = (keys: string[]) => {
    props.onChange?.([...new Set([...props.value, ...keys])]);
    setOpen(false);
  };
  return (
    <div className="transfer-picked">
      <span>{props.picked}</span>
      <Button size="small" icon="add" onClick={() => setOpen(true)}>
        {t('pick')}
      </Button>
      {props.value.length > 0 && (
        <Button size="small" look="quiet" onClick={() => props.onChange?.([])}>
          {t('pick.clear')}
        </Button>
      )}
      <Dialog open={open} onClose={() => setOpen(false)} title={props.title} width={820}>
        {props.children(take)}
      </Dialog>
    </div>
  );
}
