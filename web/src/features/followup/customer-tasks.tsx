import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { CustomerSectionProps } from '@/lib/customer-parts';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Card, Waiting } from '@/parts/Page';
import { useT } from './strings';
import { TaskDialog } from './task-dialog';
import { TaskLine } from './task-line';
import './followup.css';

/** What is to be done for a customer. */
export default function CustomerTasks({ customer }: CustomerSectionProps) {
  const { id } = customer;
  const t = useT();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  useLive('followup', [['followup', 'tasks', id]]);
  const tasks = useQuery({
    queryKey: ['followup', 'tasks', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/followup/customers/{id}/tasks', { params: { path: { id } }, signal })),
  });
  return (
    <Card
      title={t('tasks')}
      actions={
        can('followup.write') && (
          <Button size="small" icon="add" onClick={() => setAdding(true)}>
            {t('task.add')}
          </Button>
        )
      }
    >
      {tasks.isPending && <Waiting rows={2} />}
      {tasks.isError && <ErrorView compact error={tasks.error} onRetry={() => void tasks.refetch()} />}
      {tasks.data?.items.length === 0 && <span className="q-faint">{t('tasks.none')}</span>}
      <div className="followup-tasks">
        {tasks.data?.items.map((task) => (
          <TaskLine key={task.id} task={task} />
        ))}
      </div>
      {adding && <TaskDialog customer={id} onClose={() => setAdding(false)} />}
    </Card>
  );
}
