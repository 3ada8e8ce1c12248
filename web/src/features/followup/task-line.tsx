import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { CheckBox } from '@/parts/fields';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { TaskDialog } from './task-dialog';

export type Task = components['schemas']['FollowupTask'];

/** A task's words with the box that ticks it off or opens it again. */
export function TaskBox({ task }: { task: Task }) {
  const client = useQueryClient();
  const feedback = useFeedback();
  const tick = async (done: boolean) => {
    try {
      await ok(
        api.PUT('/api/followup/tasks/{id}/done', { params: { path: { id: task.id } }, body: { done } }),
      );
    } catch (error) {
      feedback.problem(error);
    }
    await client.invalidateQueries({ queryKey: ['followup'] });
  };
  return (
    <CheckBox checked={task.doneAt !== undefined} disabled={!task.mine} onChange={(done) => void tick(done)}>
      <span className={task.doneAt ? 'followup-done' : undefined}>{task.title}</span>
    </CheckBox>
  );
}

/** One task with its box, its member and its day. */
export function TaskLine({ task }: { task: Task }) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [editing, setEditing] = useState(false);
  const remove = () =>
    feedback.confirm({
      title: t('task.remove.title', { title: task.title }),
      detail: t('task.remove.detail'),
      action: t('remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/followup/tasks/{id}', { params: { path: { id: task.id } } }));
        await client.invalidateQueries({ queryKey: ['followup'] });
      },
    });
  return (
    <div className="followup-task">
      <TaskBox task={task} />
      <span className="followup-acts">
        {task.mine && !task.doneAt && (
          <Button
            look="quiet"
            size="small"
            icon="edit"
            hint={t('task.edit')}
            onClick={() => setEditing(true)}
          />
        )}
        {task.removable && (
          <Button look="quiet" size="small" icon="remove" hint={t('task.remove')} onClick={remove} />
        )}
      </span>
      <span className="followup-meta q-faint">
        {task.memberName} · {task.doneAt ? t('done.at') : t('due.at')}{' '}
        <TimeText at={Date.parse(task.doneAt ?? task.dueAt)} show="time" />
        {task.overdue && <StateBadge tone="bad">{t('overdue')}</StateBadge>}
      </span>
      {editing && <TaskDialog task={task} onClose={() => setEditing(false)} />}
    </div>
  );
}
