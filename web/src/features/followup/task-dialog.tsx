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
import { dueInstant } from './due';
import { useT } from './strings';

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

/** Gives somebody something to do for a customer. */
export function TaskDialog(props: { customer: string; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const zone = useTimeZone();
  const now = useNow();
  const client = useQueryClient();
  const feedback = useFeedback();
  const add = useMutation({
    mutationFn: (values: Values) =>
      ok(
        api.POST('/api/followup/customers/{id}/tasks', {
          params: { path: { id: props.customer } },
          body: {
            title: values.title,
            member: values.member[0] ?? '',
            dueAt: new Date(dueInstant(values.day, values.clock, zone)).toISOString(),
          },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['followup'] });
      feedback.done(t('task.saved'));
      props.onClose();
    },
  });
  return (
    <Dialog open onClose={props.onClose} title={t('task.add')}>
      <Form<Values>
        initial={{
          title: '',
          member: me.user.member ? [me.user.member] : [],
          day: formatDay(zone, now + dayMs),
          clock: '10:00',
        }}
        submitLabel={t('task.save')}
        onCancel={props.onClose}
        onSubmit={add.mutateAsync}
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
          <Options options={clocks.map((clock) => ({ value: clock, label: clock }))} />
        </Field>
      </Form>
    </Dialog>
  );
}
