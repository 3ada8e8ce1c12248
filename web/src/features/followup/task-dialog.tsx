import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useMe } from '@/lib/me';
import { useNow } from '@/lib/now';
import { formatDay, useTimeZone } from '@/lib/time';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { DayInput, Options, TextInput } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { clockOf, dueInstant } from './due';
import { useT } from './strings';
import type { Task } from './task-line';

interface Values {
  title: string;
  member: string[];
  day: string;
  clock: string;
}

const clocks = Array.from(
  { length: 48 },
  (_, i) => `${String(i >> 1).padStart(2, '0')}:${i % 2 ? '30' : '00'}`,
);
const dayMs = 86_400_000;

/** Gives somebody something to do for a customer, or changes what he has to do. */
export function TaskDialog(props: { onClose: () => void } & ({ customer: string } | { task: Task })) {
  const t = useT();
  const me = useMe();
  const zone = useTimeZone();
  const now = useNow();
  const client = useQueryClient();
  const feedback = useFeedback();
  const task = 'task' in props ? props.task : undefined;
  const due = task ? Date.parse(task.dueAt) : now + dayMs;
  const clock = task ? clockOf(zone, due) : '10:00';
  const save = useMutation({
    mutationFn: (values: Values) => {
      const body = {
        title: values.title,
        member: values.member[0] ?? '',
        dueAt: new Date(dueInstant(values.day, values.clock, zone)).toISOString(),
      };
      return 'task' in props
        ? ok(api.PUT('/api/followup/tasks/{id}', { params: { path: { id: props.task.id } }, body }))
        : ok(
            api.POST('/api/followup/customers/{id}/tasks', {
              params: { path: { id: props.customer } },
              body,
            }),
          );
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['followup'] });
      feedback.done(t(task ? 'task.changed' : 'task.saved'));
      props.onClose();
    },
  });
  return (
    <Dialog open onClose={props.onClose} title={t(task ? 'task.edit' : 'task.add')}>
      <Form<Values>
        initial={{
          title: task?.title ?? '',
          member: task ? [task.member] : me.user.member ? [me.user.member] : [],
          day: formatDay(zone, due),
          clock,
        }}
        submitLabel={t(task ? 'save' : 'task.save')}
        onCancel={props.onClose}
        onSubmit={save.mutateAsync}
      >
        <Field name="title" label={t('task.title')} required max={100}>
          <TextInput autoFocus />
        </Field>
        <Field name="member" label={t('task.member')} required>
          <MemberPicker single />
        </Field>
        <Field name="day" label={t('task.day')} required>
          <DayInput />
        </Field>
        <Field name="clock" label={t('task.clock')} hint={t('task.clock.hint')} required>
          <Options
            options={[...new Set([...clocks, clock])].sort().map((one) => ({ value: one, label: one }))}
          />
        </Field>
      </Form>
    </Dialog>
  );
}
