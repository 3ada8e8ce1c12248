import { type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { Hint } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput } from '@/parts/fields';
import { NumberText } from '@/parts/NumberText';
import { Waiting } from '@/parts/Page';
import { SettingChangesDrawer, useSettingChanges } from '@/parts/SettingChanges';
import { StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Chain, type Check, checkTone, type Status } from './words';

/** How the chain stands: whether it is intact, how far it reaches, and what can be done with it. */
export function ChainCard({ chain, status }: { chain: Chain; status: UseQueryResult<Status> }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [setting, set] = useState(false);
  const [lookingBack, lookBack] = useState(false);
  const mayLookBack = useSettingChanges('audit.setting');
  useLive('audit', [['audit', 'status']]);
  const look = () => client.invalidateQueries({ queryKey: ['audit'] });
  const verify = useMutation({
    mutationFn: () => ok(api.POST('/api/audit/verify', { params: { query: { chain } } })),
    onSuccess: (check) => {
      if (check.state === 'intact') feedback.done(t('check.intact.done', { n: check.entries }));
      return look();
    },
    onError: (error) => feedback.problem(error),
  });
  const seal = useMutation({
    mutationFn: () => ok(api.POST('/api/audit/seal', { params: { query: { chain } } })),
    onSuccess: (made) => {
      feedback.done(t('seal.done', { n: made.seq }));
      return look();
    },
    onError: (error) => feedback.problem(error),
  });
  if (!status.data)
    return (
      <section className="q-card" aria-label={t('chain.state')}>
        {status.isError ? (
          <ErrorView compact error={status.error} onRetry={() => void status.refetch()} />
        ) : (
          <Waiting rows={1} />
        )}
      </section>
    );
  const s = status.data;
  const more = [
    ...(can('audit.verify')
      ? [{ key: 'seal', label: t('seal'), icon: 'lock' as const, onClick: () => seal.mutate() }]
      : []),
    ...(can('audit.setting')
      ? [{ key: 'days', label: t('days'), icon: 'edit' as const, onClick: () => set(true) }]
      : []),
    ...(mayLookBack
      ? [{ key: 'history', label: t('days.history'), icon: 'clock' as const, onClick: () => lookBack(true) }]
      : []),
  ];
  return (
    <>
      {s.check.fault && <Broken check={s.check} />}
      <section className="q-card audit-chain" aria-label={t('chain.state')}>
        <StateBadge tone={checkTone[s.check.state]} hint={t(`check.${s.check.state}.hint`)}>
          {t(`check.${s.check.state}`)}
        </StateBadge>
        {s.check.finishedAt > 0 && (
          <span className="audit-fact">
            {t('checked')} <TimeText at={s.check.finishedAt} />
          </span>
        )}
        <span className="audit-fact">
          {t('kept')} <NumberText value={s.first ? s.last - s.first + 1 : 0} />
        </span>
        <span className="audit-fact">
          <Hint text={t('seal.hint')}>{t('sealed')}</Hint>{' '}
          {s.seal ? <TimeText at={s.seal.at} /> : t('sealed.never')}
        </span>
        <span className="audit-fact">{s.days ? t('days.are', { n: s.days }) : t('days.forever')}</span>
        <span className="q-row audit-acts">
          {can('audit.verify') && (
            <Button
              icon="success"
              busy={verify.isPending || s.check.state === 'running'}
              onClick={() => verify.mutate()}
            >
              {t('verify')}
            </Button>
          )}
          {more.length > 0 && <ActionMenu label={t('more')} actions={more} />}
        </span>
      </section>
      <SettingChangesDrawer
        object="audit:retention"
        chain={chain === 'installation' ? chain : undefined}
        open={lookingBack}
        onClose={() => lookBack(false)}
      />
      {setting && <DaysDialog chain={chain} status={s} onClose={() => set(false)} />}
    </>
  );
}

function Broken({ check }: { check: Check }) {
  const t = useT();
  const kind = faults.find((one) => one === check.fault) ?? 'altered';
  return (
    <Notice tone="error" title={t('broken.title', { n: check.seq ?? 0 })}>
      <p>{t(`fault.${kind}`)}</p>
      {check.at ? (
        <p>
          {t('broken.at')} <TimeText at={check.at} show="seconds" />
        </p>
      ) : null}
      <p>{t('broken.advice')}</p>
    </Notice>
  );
}

const faults = [
  'altered',
  'removed',
  'inserted',
  'reordered',
  'truncated',
  'rewritten',
  'head',
  'seal',
  'sealGone',
  'checkpoint',
  'witness',
  'key',
] as const;

function DaysDialog({ chain, status, onClose }: { chain: Chain; status: Status; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  return (
    <Dialog open onClose={onClose} title={t('days')}>
      <Form<{ days: number }>
        initial={{ days: status.days }}
        submitLabel={t('save')}
        onCancel={onClose}
        onSubmit={async (body) => {
          await ok(api.PUT('/api/audit/setting', { params: { query: { chain } }, body }));
          await client.invalidateQueries({ queryKey: ['audit'] });
          done(t('saved'));
          onClose();
        }}
      >
        {() => (
          <Field name="days" label={t('days.label')} hint={t('days.hint', { n: status.leastDays })} required>
            <NumberInput min={0} most={36500} />
          </Field>
        )}
      </Form>
    </Dialog>
  );
}
