import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form, FormSection } from '@/parts/Form';
import { Choice, NumberInput } from '@/parts/fields';
import { JobProgress } from '@/parts/JobProgress';
import { Card, Page, Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { EffectView } from './effect';
import { useSetting } from './list-page';
import { useT } from './strings';
import { useSignalName } from './words';
import './intention.css';

type Setting = components['schemas']['IntentionSettingView'];
type Effect = components['schemas']['IntentionEffect'];
type Values = Pick<Setting, 'halfLife' | 'high' | 'medium' | 'low' | 'signals' | 'receivers' | 'pauseDays'>;

/** How scores come about; who may, changes it after having seen what that would do. */
export default function RulesPage() {
  const t = useT();
  const can = useCan();
  useLive('intention', [['intention']]);
  const setting = useSetting();
  const signalName = useSignalName();
  const [start, setStart] = useState<Values>();
  const data = setting.data;
  return (
    <Page
      title={t('rules')}
      meaning={t('rules.meaning')}
      actions={
        data &&
        can('intention.setting') && (
          <>
            <SettingChanges
              object="intention:setting"
              permission="intention.setting"
              fieldName={(path) => {
                const [, at, what] = /^signals\[(\d+)\]\.(points|perDay|inTotal)$/.exec(path) ?? [];
                const key = data.signals[Number(at)]?.key;
                return key && what
                  ? `${signalName(data.names, key)} · ${t(`signals.${what as 'points' | 'perDay' | 'inTotal'}`)}`
                  : undefined;
              }}
            />
            <Button
              icon="undo"
              hint={t('usual.hint')}
              onClick={() => setStart({ ...valuesOf(data), ...data.usual })}
            >
              {t('usual')}
            </Button>
          </>
        )
      }
    >
      {setting.isError && <ErrorView error={setting.error} onRetry={() => void setting.refetch()} />}
      {!data && !setting.isError && <Waiting />}
      {data && (
        <>
          {data.progress && (
            <Card>
              <JobProgress
                job={{ title: t('progress'), done: data.progress.done, total: data.progress.total }}
              />
            </Card>
          )}
          <Notice tone="info" title={t('formula')}>
            {t('formula.detail')}
          </Notice>
          <Rules
            key={`${data.version} ${JSON.stringify(start)}`}
            setting={data}
            filled={start}
            onApplied={() => setStart(undefined)}
          />
        </>
      )}
    </Page>
  );
}

function valuesOf(setting: Setting): Values {
  const { halfLife, high, medium, low, signals, receivers, pauseDays } = setting;
  return { halfLife, high, medium, low, signals, receivers, pauseDays };
}

function Rules(props: { setting: Setting; filled: Values | undefined; onApplied: () => void }) {
  const { setting, filled } = props;
  const t = useT();
  const may = useCan()('intention.setting');
  const name = useSignalName();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [asked, setAsked] = useState<{ values: Values; effect: Effect }>();

  const preview = async (values: Values) => {
    const { halfLife, high, medium, low, signals } = values;
    const effect = await ok(
      api.POST('/api/intention/setting/preview', { body: { halfLife, high, medium, low, signals } }),
    );
    setAsked({ values, effect });
  };
  const apply = async (values: Values) => {
    const saved = await ok(
      api.PUT('/api/intention/setting', { body: { ...values, version: setting.version } }),
    );
    setAsked(undefined);
    props.onApplied();
    client.setQueryData(['intention', 'setting'], saved);
    await client.invalidateQueries({ queryKey: ['intention'] });
    feedback.done(t(saved.progress ? 'applied.running' : 'applied'));
  };

  const disabled = !may;
  const fields = (
    <>
      <FormSection title={t('section.time')} meaning={t('section.time.meaning')}>
        <Field name="halfLife" label={t('halfLife')} hint={t('halfLife.hint')} required>
          <NumberInput min={1} most={365} unit={t('days')} disabled={disabled} />
        </Field>
      </FormSection>
      <FormSection title={t('section.levels')} meaning={t('section.levels.meaning')}>
        <div className="intention-levels">
          {(['high', 'medium', 'low'] as const).map((level) => (
            <Field key={level} name={level} label={t(`level.${level}`)} required>
              <NumberInput min={1} most={10000} unit={t('from')} disabled={disabled} />
            </Field>
          ))}
        </div>
      </FormSection>
      <FormSection title={t('section.signals')} meaning={t('section.signals.meaning')}>
        <div className="intention-signals">
          <div className="intention-signal intention-heads" aria-hidden="true">
            <span>{t('signals.name')}</span>
            <span>{t('signals.points')}</span>
            <span>{t('signals.perDay')}</span>
            <span>{t('signals.inTotal')}</span>
          </div>
          {(filled ?? setting).signals.map((weight, i) => {
            const called = name(setting.names, weight.key);
            const label = (what: 'points' | 'perDay' | 'inTotal') => (
              <span className="intention-narrow">{t(`signals.${what}`)}</span>
            );
            return (
              <fieldset className="intention-signal" key={weight.key}>
                <legend className="q-hidden">{called}</legend>
                <span>{called}</span>
                <Field name={['signals', i, 'points']} label={label('points')} required>
                  <NumberInput
                    min={-100}
                    most={100}
                    disabled={disabled}
                    label={`${called} ${t('signals.points')}`}
                  />
                </Field>
                <Field name={['signals', i, 'perDay']} label={label('perDay')} required>
                  <NumberInput
                    min={1}
                    most={50}
                    disabled={disabled}
                    label={`${called} ${t('signals.perDay')}`}
                  />
                </Field>
                <Field name={['signals', i, 'inTotal']} label={label('inTotal')} required>
                  <NumberInput
                    min={1}
                    most={100}
                    disabled={disabled}
                    label={`${called} ${t('signals.inTotal')}`}
                  />
                </Field>
              </fieldset>
            );
          })}
        </div>
      </FormSection>
      <FormSection title={t('section.notices')} meaning={t('section.notices.meaning')}>
        <Field name="receivers" label={t('receivers')}>
          <Choice
            disabled={disabled}
            options={(['newest', 'all'] as const).map((value) => ({
              value,
              label: t(`receivers.${value}`),
              hint: t(`receivers.${value}.hint`),
            }))}
          />
        </Field>
        <Field name="pauseDays" label={t('pauseDays')} hint={t('pauseDays.hint')} required>
          <NumberInput min={0} most={90} unit={t('days')} disabled={disabled} />
        </Field>
      </FormSection>
      {setting.updatedAt && (
        <p className="q-faint">
          {t('updated')} <TimeText at={Date.parse(setting.updatedAt)} />
        </p>
      )}
    </>
  );
  return (
    <Card>
      <div className={may ? undefined : 'intention-readonly'}>
        <Form<Values>
          initial={valuesOf(setting)}
          filled={filled}
          previews
          onSubmit={preview}
          submitLabel={t('preview')}
        >
          {fields}
        </Form>
      </div>
      <Dialog open={asked !== undefined} onClose={() => setAsked(undefined)} title={t('effect')} width={720}>
        {asked && (
          <EffectView
            effect={asked.effect}
            onApply={() => apply(asked.values)}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Dialog>
    </Card>
  );
}
