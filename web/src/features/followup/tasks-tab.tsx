import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useMe } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { TaskDialog } from './task-dialog';
import { type Task, TaskBox } from './task-line';

const whose = ['mine', 'team'] as const;
const states = ['open', 'overdue', 'done'] as const;

/** What is to be done: the viewer's own tasks, or those of everybody in his scope. */
export function Tasks() {
  const t = useT();
  const me = useMe();
  const [editing, setEditing] = useState<Task>();
  const place = useUrlFilters('whose', 'state');
  const filters = useUrlFilters('member');
  // An account without a member has no tasks of its own.
  const first = me.user.member ? 'mine' : 'team';
  const view = whose.find((one) => one === place.one('whose')) ?? first;
  const state = states.find((one) => one === place.one('state')) ?? 'open';
  const members = filters.many('member');
  const query = {
    mine: view === 'mine' || undefined,
    state,
    member: view === 'team' && members.length > 0 ? members : undefined,
  };
  const columns: Column<Task>[] = [
    {
      key: 'title',
      title: t('task'),
      fixed: true,
      render: (task) => <TaskBox task={task} />,
    },
    {
      key: 'customer',
      title: t('customer'),
      width: 180,
      render: (task) => <Link to={`/customer/${task.customerId}`}>{task.customerName || t('nameless')}</Link>,
    },
    { key: 'member', title: t('task.member'), width: 120, render: (task) => task.memberName },
    {
      key: 'due',
      title: t('due'),
      width: 230,
      render: (task) => (
        <span className="q-row">
          <TimeText at={Date.parse(task.dueAt)} show="time" />
          {task.overdue && <StateBadge tone="bad">{t('overdue')}</StateBadge>}
        </span>
      ),
    },
    { key: 'by', title: t('by'), width: 120, optional: true, render: (task) => task.by },
    ...(state === 'done'
      ? [
          {
            key: 'done',
            title: t('done'),
            width: 170,
            render: (task: Task) => (
              <>
                <TimeText at={task.doneAt ? Date.parse(task.doneAt) : undefined} /> · {task.doneBy}
              </>
            ),
          },
        ]
      : []),
    {
      key: 'act',
      title: '',
      width: 90,
      render: (task) =>
        task.mine &&
        !task.doneAt && (
          <Button
            look="quiet"
            size="small"
            icon="edit"
            hint={t('task.edit')}
            onClick={() => setEditing(task)}
          />
        ),
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        items={view === 'team' ? [{ key: 'member', label: t('task.member'), kind: 'member' }] : []}
      >
        <Switcher
          value={state}
          onChange={(next) => place.patch({ state: next === 'open' ? undefined : next })}
          options={states.map((one) => ({ value: one, label: t(`state.${one}`) }))}
          label={t('state')}
        />
        <Switcher
          value={view}
          onChange={(next) => place.patch({ whose: next === first ? undefined : next })}
          options={whose.map((one) => ({ value: one, label: t(`whose.${one}`) }))}
          label={t('whose')}
        />
      </FilterBar>
      <DataTable<Task>
        id="followup.tasks"
        label={t('title')}
        columns={columns}
        rowKey={(task) => task.id}
        queryKey={['followup', 'list', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/followup/tasks', { params: { query: { ...query, after, limit } }, signal }))
        }
        filters={filters}
        empty={{
          title: t('tasks.empty'),
          hint: t('tasks.empty.hint'),
          action: (
            <Button icon="customer" to="/customer">
              {t('toCustomers')}
            </Button>
          ),
        }}
      />
      {editing && <TaskDialog task={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}
