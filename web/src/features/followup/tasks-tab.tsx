import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useMe } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { CheckBox } from '@/parts/fields';
import { StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { TaskDialog } from './task-dialog';
import { type Task, useTick } from './task-line';

const whose = ['mine', 'team'] as const;
const states = ['open', 'overdue', 'done'] as const;

/** What is to be done: the viewer's own tasks, or those of everybody in his scope. */
export function Tasks() {
  const t = useT();
  const me = useMe();
  const tick = useTick();
  const [editing, setEditing] = useState<Task>();
  const place = useUrlFilters('whose');
  const filters = useUrlFilters('state', 'member');
  // An account without a member has no tasks of its own.
  const first = me.user.member ? 'mine' : 'team';
  const view = whose.find((one) => one === place.one('whose')) ?? first;
  const state = states.find((one) => one === filters.one('state')) ?? 'open';
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
      render: (task) => (
        <CheckBox
          checked={task.doneAt !== undefined}
          disabled={!task.mine}
          onChange={(done) => void tick(task, done)}
        >
          <span className={task.doneAt ? 'followup-done' : undefined}>{task.title}</span>
        </CheckBox>
      ),
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
      width: 190,
      render: (task) => (
        <>
          <TimeText at={Date.parse(task.dueAt)} show="time" />{' '}
          {task.overdue && <StateBadge tone="bad">{t('overdue')}</StateBadge>}
        </>
      ),
    },
    { key: 'by', title: t('by'), width: 120, optional: true, render: (task) => task.by },
    {
      key: 'done',
      title: t('done'),
      width: 170,
      render: (task) =>
        task.doneAt ? (
          <>
            <TimeText at={Date.parse(task.doneAt)} /> · {task.doneBy}
          </>
        ) : (
          '–'
        ),
    },
    {
      key: 'act',
      title: '',
      width: 60,
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
        items={[
          {
            key: 'state',
            label: t('state'),
            kind: 'choice',
            options: states.map((one) => ({ value: one, label: t(`state.${one}`) })),
          },
          ...(view === 'team' ? [{ key: 'member', label: t('task.member'), kind: 'member' as const }] : []),
        ]}
      >
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
        empty={{ title: t('tasks.empty'), hint: t('tasks.empty.hint') }}
      />
      {editing && <TaskDialog task={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}
