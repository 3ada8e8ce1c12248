import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { Choice, NumberInput, Toggle } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { useT } from './strings';

type Setting = components['schemas']['ChurnDeletionSetting'];

/** Who is told of deletions: at once or once a day. */
export function DeletionSetting() {
  const t = useT();
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (!can('churn.setting')) return null;
  return (
    <>
      <SettingChanges object="churn:deletions" permission="churn.setting" />
      <Button icon="edit" onClick={() => setOpen(true)}>
        {t('deletions.setting')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('deletions.setting')}>
        <Editor onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Editor({ onClose }: { onClose: () => void }) {
  const t = useT();
  const feedback = useFeedback();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: ['churn', 'deletions', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/churn/deletions/setting', { signal })),
  });
  if (setting.isError) return <ErrorView error={setting.error} onRetry={() => void setting.refetch()} />;
  if (!setting.data) return <Waiting rows={5} />;
  const { names: _, others, ...initial } = setting.data;
  return (
    <Form<Setting>
      initial={initial}
      submitLabel={t('save')}
      onCancel={onClose}
      onSubmit={async (values) => {
        const saved = await ok(api.PUT('/api/churn/deletions/setting', { body: values }));
        client.setQueryData(['churn', 'deletions', 'setting'], saved);
        feedback.done(t('saved'));
        onClose();
      }}
    >
      {(values) => (
        <>
          <Field name="notify" label={t('when')}>
            <Choice
              options={(['off', 'now', 'daily'] as const).map((value) => ({
                value,
                label: t(`when.${value}`),
                hint: t(`when.${value}.hint`),
              }))}
            />
          </Field>
          {values.notify === 'daily' && (
            <Field name="hour" label={t('hour')} hint={t('hour.hint')}>
              <NumberInput min={0} most={23} unit={t('hour.unit')} />
            </Field>
          )}
          <Field name="unusual" label={t('unusual')} hint={t('hints.definition')} valueKey="checked">
            <Toggle label={t('unusual')} />
          </Field>
          <Field
            name="receivers"
            label={t('receivers')}
            hint={others ? t('receivers.others', { n: others }) : t('receivers.hint')}
          >
            <MemberPicker max={50} label={t('receivers')} />
          </Field>
          <Field name="leaders" label={t('leaders')} hint={t('leaders.hint')} valueKey="checked">
            <Toggle label={t('leaders')} />
          </Field>
        </>
      )}
    </Form>
  );
}
