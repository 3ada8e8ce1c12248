import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { SettingChanges } from '@/parts/SettingChanges';
import { StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { useT } from './strings';

const policies = ['off', 'choice', 'forced'] as const;
type Policy = (typeof policies)[number];

/** 被删除通知: off, on while members may switch it off for themselves, or on for everybody. */
export function LossNotice() {
  const t = useT();
  const can = useCan();
  const feedback = useFeedback();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: ['churn', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/churn/setting', { signal })),
  });
  const save = useMutation({
    mutationFn: (policy: Policy) =>
      ok(api.PUT('/api/churn/setting', { body: { notify: policy !== 'off', forced: policy === 'forced' } })),
    onSuccess: (answer) => {
      client.setQueryData(['churn', 'setting'], answer);
      feedback.done(t(answer.notify ? 'switch.on' : 'switch.off'));
    },
    onError: (error) => feedback.problem(error),
  });
  if (!setting.data) return null;
  const { notify, forced } = setting.data;
  const policy: Policy = notify ? (forced ? 'forced' : 'choice') : 'off';
  return (
    <span className="churn-switch">
      <Hint text={t('switch.hint')}>
        <span>{t('switch')}</span>
      </Hint>
      {can('churn.setting') ? (
        <>
          <Switcher<Policy>
            value={policy}
            onChange={(next) => save.mutate(next)}
            label={t('switch')}
            options={policies.map((value) => ({ value, label: t(`switch.${value}.short`) }))}
          />
          <SettingChanges object="churn:setting" permission="churn.setting" />
        </>
      ) : (
        <>
          <StateBadge tone={notify ? 'good' : 'quiet'}>{t(`switch.${policy}.short`)}</StateBadge>
          <Link to="/notice/mine">{t('switch.own')}</Link>
        </>
      )}
    </span>
  );
}
