import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { TextInput, Toggle } from '@/parts/fields';
import { Card, Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { StateBadge } from '@/parts/StateBadge';
import { Switcher } from '@/parts/Tabs';
import { useT } from './strings';
import './notice.css';

const policies = ['off', 'choice', 'forced'] as const;

/** Quiet hours, and for each kind whether members are told. */
export function Setting() {
  const t = useT();
  const can = useCan();
  const { language } = useI18n();
  const feedback = useFeedback();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: ['notice', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/notice/setting', { signal })),
  });
  if (setting.isError && !setting.data) {
    return <ErrorView error={setting.error} onRetry={() => void setting.refetch()} />;
  }
  if (!setting.data) return <Waiting rows={8} />;
  const { quiet, from, to, kinds } = setting.data;
  const may = can('notice.setting');
  const save = async (body: {
    quiet?: boolean;
    from?: string;
    to?: string;
    kinds: { key: string; policy: (typeof policies)[number] }[];
  }) => {
    const saved = await ok(api.PUT('/api/notice/setting', { body }));
    client.setQueryData(['notice', 'setting'], saved);
    feedback.done(t('saved'));
  };
  return (
    <>
      <Card
        title={t('quiet')}
        actions={
          <SettingChanges
            object="notice:setting"
            permission="notice.setting"
            fieldName={(path) => {
              const kind = kinds.find(({ key }) => path === `kinds.${key}.policy`);
              return kind && (language === 'en' ? kind.en : kind.zh);
            }}
          />
        }
      >
        <p className="q-faint notice-quiet">{t('quiet.hint')}</p>
        {may ? (
          <Form<{ quiet: boolean; from: string; to: string }>
            key={`${quiet} ${from} ${to}`}
            initial={{ quiet, from, to }}
            submitLabel={t('save')}
            onSubmit={(values) => save({ ...values, kinds: [] })}
          >
            {(values) => (
              <>
                <Field name="quiet" label={t('quiet.on')} valueKey="checked">
                  <Toggle label={t('quiet.on')} />
                </Field>
                {values.quiet && (
                  <div className="notice-times">
                    <Field name="from" label={t('quiet.from')} check={clock(t('quiet.form'))} required>
                      <TextInput />
                    </Field>
                    <Field
                      name="to"
                      label={t('quiet.to')}
                      hint={t('quiet.to.hint')}
                      check={clock(t('quiet.form'))}
                      required
                    >
                      <TextInput />
                    </Field>
                  </div>
                )}
              </>
            )}
          </Form>
        ) : (
          <p>{quiet ? t('quiet.is', { from, to }) : t('quiet.off')}</p>
        )}
      </Card>
      <Card title={t('kinds')}>
        <p className="q-faint">{t('kinds.hint')}</p>
        <div className="notice-kinds">
          {kinds.map((k) => {
            const name = language === 'en' ? k.en : k.zh;
            return (
              <div key={k.key} className="notice-kind">
                <span>
                  {name} {k.urgent && <StateBadge tone="warn">{t('urgent')}</StateBadge>}
                </span>
                {may ? (
                  <Switcher
                    label={name}
                    value={k.policy}
                    onChange={(policy) =>
                      void save({ kinds: [{ key: k.key, policy }] }).catch(feedback.problem)
                    }
                    options={policies.map((value) => ({ value, label: t(`policy.${value}`) }))}
                  />
                ) : (
                  <StateBadge tone={k.policy === 'off' ? 'quiet' : 'good'}>
                    {t(`policy.${k.policy}`)}
                  </StateBadge>
                )}
              </div>
            );
          })}
        </div>
      </Card>
    </>
  );
}

/** A rule for 22:00. */
function clock(wrong: string) {
  return (value: string) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(value ?? '') ? undefined : wrong);
}
