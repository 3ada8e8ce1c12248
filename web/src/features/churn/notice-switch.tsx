import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Toggle } from '@/parts/fields';
import { useT } from './strings';
import './churn.css';

/** 被删除通知: whether the member is told at once. */
export function NoticeSwitch() {
  const t = useT();
  const can = useCan();
  const feedback = useFeedback();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: ['churn', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/churn/setting', { signal })),
  });
  const save = useMutation({
    mutationFn: (notify: boolean) => ok(api.PUT('/api/churn/setting', { body: { notify } })),
    onSuccess: (answer) => {
      client.setQueryData(['churn', 'setting'], answer);
      feedback.done(t(answer.notify ? 'switch.on' : 'switch.off'));
    },
    onError: (error) => feedback.problem(error),
  });
  if (!setting.data) return null;
  return (
    <Hint text={t('switch.hint')}>
      <span className="churn-switch">
        {t('switch')}
        <Toggle
          checked={setting.data.notify}
          disabled={!can('churn.setting') || save.isPending}
          onChange={(on) => save.mutate(on)}
          label={t('switch')}
        />
      </span>
    </Hint>
  );
}
