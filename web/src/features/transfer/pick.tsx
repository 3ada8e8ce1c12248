import { type ReactNode, useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable, type DataTableProps } from '@/parts/DataTable';
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
export function PickCustomers(control: Control) {
  const t = useT();
  return (
    <Picker<Holding>
      {...control}
      what="customers"
      picked={t('picked.n', { n: control.value?.length ?? 0 })}
      title={t('picked')}
      empty={t('pick.empty')}
      name={{ title: t('kind.customer'), width: 220, render: (row) => <CustomerOf row={row} /> }}
      more={[
        { key: 'tags', title: t('tags'), width: 200, render: (row) => <Labels texts={row.tags} limit={3} /> },
        {
          key: 'added',
          title: t('added'),
          width: 130,
          render: (row) => (row.addedAt ? <TimeText at={Date.parse(row.addedAt)} show="day" /> : '–'),
        },
      ]}
      rowKey={(row) => row.follow ?? row.customer}
      load={({ after, limit, signal }) =>
        ok(
          api.GET('/api/transfer/members/{member}/customers', {
            params: { path: { member: control.member }, query: { after, limit } },
            signal,
          }),
        )
      }
    />
  );
}

/** Ticks groups that a member owns. */
export function PickGroups(control: Control) {
  const t = useT();
  const figure = (key: 'members' | 'customers'): Column<Group> => ({
    key,
    title: t(`group.${key}`),
    width: 100,
    align: 'right',
    render: (row) => <NumberText value={row[key]} />,
  });
  return (
    <Picker<Group>
      {...control}
      what="groups"
      picked={t('picked.groups.n', { n: control.value?.length ?? 0 })}
      title={t('picked.groups')}
      empty={t('pick.empty.groups')}
      name={{ title: t('kind.group'), width: 240, render: (row) => row.name || t('nameless.group') }}
      more={[figure('members'), figure('customers')]}
      rowKey={(row) => row.chat}
      load={({ after, limit, signal }) =>
        ok(
          api.GET('/api/transfer/members/{member}/groups', {
            params: { path: { member: control.member }, query: { after, limit } },
            signal,
          }),
        )
      }
    />
  );
}

/** How many are ticked, and the list to tick more in. */
function Picker<Row extends { busy?: boolean }>(
  props: Control &
    Pick<DataTableProps<Row>, 'rowKey' | 'load'> & {
      what: 'customers' | 'groups';
      picked: string;
      title: string;
      empty: string;
      name: { title: string; width: number; render: (row: Row) => ReactNode };
      more: Column<Row>[];
    },
) {
  const { member, value = [], onChange, what, picked, title } = props;
  const t = useT();
  const [open, setOpen] = useState(false);
  const take = (keys: string[]) => {
    onChange?.([...new Set([...value, ...keys])]);
    setOpen(false);
  };
  return (
    <div className="transfer-picked">
      <span>{picked}</span>
      <Button size="small" icon="add" onClick={() => setOpen(true)}>
        {t('pick')}
      </Button>
      {value.length > 0 && (
        <Button size="small" look="quiet" onClick={() => onChange?.([])}>
          {t('pick.clear')}
        </Button>
      )}
      <Dialog open={open} onClose={() => setOpen(false)} title={title} width={820}>
        <DataTable<Row>
          id={`transfer.pick.${what}`}
          label={title}
          columns={[
            { key: 'name', fixed: true, ...props.name },
            ...props.more,
            {
              key: 'busy',
              title: t('state'),
              width: 110,
              render: (row) => row.busy && <StateBadge tone="busy">{t('pick.busy')}</StateBadge>,
            },
          ]}
          rowKey={props.rowKey}
          queryKey={['transfer', what, member]}
          load={props.load}
          empty={{ title: props.empty }}
          pageSize={50}
          bulk={(selection) => (
            <Button size="small" look="primary" onClick={() => take(selection.keys)}>
              {t('pick.take', { n: selection.keys.length })}
            </Button>
          )}
        />
      </Dialog>
    </div>
  );
}
