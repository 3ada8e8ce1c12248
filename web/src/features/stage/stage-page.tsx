import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { FilterBar } from '@/parts/FilterBar';
import { Options } from '@/parts/fields';
import { Page, Waiting } from '@/parts/Page';
import { Switcher } from '@/parts/Tabs';
import { Batches } from './batches';
import { Board } from './board';
import { ends, filterKeys, standing, useFlows, useStageQuery } from './data';
import { Funnel } from './funnel';
import { StageList } from './list';
import { useT } from './strings';
import './stage.css';

const views = ['board', 'list', 'funnel'] as const;
type View = (typeof views)[number];

/** Where customers stand: as a board, as a list, and how far they come. */
export default function StagePage() {
  const t = useT();
  const can = useCan();
  const flows = useFlows();
  const place = useUrlFilters('flow', 'view');
  const filters = useUrlFilters(...filterKeys);
  const query = useStageQuery(filters);
  useLive('stage', [['stage']]);
  useLive('stage.batch', [['stage', 'batches']]);

  const all = flows.data?.items ?? [];
  const flow = all.find((one) => one.id === place.one('flow')) ?? all[0];
  const view = (views.find((one) => one === place.one('view')) ?? 'board') satisfies View;
  const stages = standing(flow);

  return (
    <Page
      title={t('title')}
      meaning={t('meaning')}
      actions={
        <>
          <Batches />
          {can('stage.setting') && (
            <Button icon="management" to="/stage/setup">
              {t('setup')}
            </Button>
          )}
        </>
      }
    >
      {flows.isError && <ErrorView error={flows.error} onRetry={() => void flows.refetch()} />}
      {flows.isPending && <Waiting />}
      {flows.data && !flow && (
        <Empty
          title={t('noFlow')}
          hint={t('noFlow.hint')}
          action={
            can('stage.setting') && (
              <Button look="primary" to="/stage/flow/new">
                {t('flow.new')}
              </Button>
            )
          }
        />
      )}
      {flow && (
        <>
          <div className="stage-bar">
            <div className="stage-flow">
              <Options
                value={flow.id}
                onChange={(id) => place.patch({ flow: id === all[0]?.id ? undefined : id })}
                options={all.map((one) => ({ value: one.id, label: one.name }))}
                label={t('flow')}
              />
            </div>
            <Switcher<View>
              value={view}
              onChange={(next) => place.patch({ view: next === 'board' ? undefined : next })}
              options={views.map((one) => ({ value: one, label: t(`view.${one}`) }))}
              label={t('view')}
            />
            {flow.note && <span className="q-faint">{flow.note}</span>}
          </div>
          <FilterBar
            filters={filters}
            search={view === 'funnel' ? undefined : { key: 'q', placeholder: t('search') }}
            viewsKey="stage.customers"
            items={[
              { key: 'member', label: t('member'), kind: 'member' },
              { key: 'department', label: t('department'), kind: 'department' },
              ...(view !== 'funnel' && filters.many('main').length > 0
                ? [{ key: 'main', label: t('main'), kind: 'department' as const }]
                : []),
              { key: 'joined', label: t('joined'), kind: 'period' },
              ...(view === 'list'
                ? [
                    {
                      key: 'stage',
                      label: t('stage'),
                      kind: 'choice' as const,
                      multiple: true,
                      options: stages.map((stage) => ({ value: stage.id, label: stage.name })),
                    },
                  ]
                : []),
              ...(view === 'funnel'
                ? []
                : [
                    {
                      key: 'overdue',
                      label: t('due'),
                      kind: 'choice' as const,
                      options: [{ value: 'yes', label: t('overdue.only') }],
                    },
                    {
                      key: 'reached',
                      label: t('reached'),
                      kind: 'choice' as const,
                      options: stages.map((stage) => ({ value: stage.id, label: stage.name })),
                    },
                    {
                      key: 'outcome',
                      label: t('outcome'),
                      kind: 'choice' as const,
                      options: ends.map((one) => ({ value: one, label: t(`outcome.${one}`) })),
                    },
                    {
                      key: 'gone',
                      label: t('standing'),
                      kind: 'choice' as const,
                      options: [
                        { value: 'yes', label: t('gone.only') },
                        { value: 'all', label: t('gone.also') },
                      ],
                    },
                  ]),
            ]}
          />
          {view === 'board' && <Board flow={flow} query={{ ...query, stage: undefined }} />}
          {view === 'list' && <StageList flow={flow} query={query} filters={filters} />}
          {view === 'funnel' && <Funnel flow={flow} query={query} />}
        </>
      )}
    </Page>
  );
}
