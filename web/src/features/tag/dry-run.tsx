import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Dialog } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { Notice, Switcher } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useWhy } from './rule-words';
import { Figures } from './rules-tab';
import { useT } from './strings';
import { hitTone, type RuleForm } from './words';

const spans = ['7', '30', '90'] as const;

/** What a rule would have done in the last days; nothing is changed. */
export function DryRun({ rule, onClose }: { rule: RuleForm; onClose: () => void }) {
  const t = useT();
  const why = useWhy();
  const [days, setDays] = useState<(typeof spans)[number]>('7');
  const run = useQuery({
    queryKey: ['tag', 'dry', rule, days],
    queryFn: ({ signal }) =>
      ok(api.POST('/api/tag/rules/dry-run', { body: { rule, days: Number(days) }, signal })),
  });
  return (
    <Dialog open onClose={onClose} title={t('dry')} width={640}>
      <div className="q-stack">
        <Switcher
          label={t('dry.days')}
          value={days}
          onChange={setDays}
          options={spans.map((n) => ({ value: n, label: t('dry.last', { n: Number(n) }) }))}
        />
        {run.isPending ? (
          <Waiting rows={4} />
        ) : run.isError ? (
          <ErrorView compact error={run.error} onRetry={() => void run.refetch()} />
        ) : (
          <>
            {run.data.capped && <Notice tone="info" title={t('dry.capped', { n: run.data.facts })} />}
            <Figures
              items={[
                { name: t('dry.facts'), value: run.data.facts },
                { name: t('dry.matched'), value: run.data.matched },
                { name: t('dry.tagged'), value: run.data.tagged },
                { name: t('dry.same'), value: run.data.same },
                { name: t('dry.counted'), value: run.data.counted },
                { name: t('dry.limited'), value: run.data.limited },
              ]}
            />
            {run.data.samples.length === 0 ? (
              <Empty compact title={t('dry.nobody')} hint={t('dry.nobody.hint')} />
            ) : (
              <ul className="tag-samples">
                {run.data.samples.map((hit) => (
                  <li key={`${hit.id}-${hit.at}`}>
                    <span className="q-ellipsis">{hit.name || t('nameless')}</span>
                    <span className="q-faint q-ellipsis">{hit.memberName}</span>
                    <span className="q-faint q-ellipsis">{why(hit)}</span>
                    <StateBadge tone={hitTone[hit.outcome]}>{t(`hit.${hit.outcome}`)}</StateBadge>
                    <TimeText at={hit.at} />
                  </li>
                ))}
              </ul>
            )}
            <p className="q-faint">{t('dry.meaning')}</p>
          </>
        )}
      </div>
    </Dialog>
  );
}
