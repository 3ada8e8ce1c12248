import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import type { CustomerSectionProps } from '@/lib/customer-parts';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { Card } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { classTone, standing, useFlows } from './data';
import { MoveDialog } from './move-dialog';
import { useT } from './strings';
import './stage.css';

type Place = components['schemas']['StagePlace'];

/** Where a customer stands in each flow, with each member in scope. */
export default function CustomerStage({ customer }: CustomerSectionProps) {
  const { id } = customer;
  const t = useT();
  const can = useCan();
  const flows = useFlows();
  const [moving, setMoving] = useState<Place>();
  useLive('stage', [['stage']]);
  const places = useQuery({
    queryKey: ['stage', 'customer', id],
    queryFn: ({ signal }) => ok(api.GET('/api/stage/customers/{id}', { params: { path: { id } }, signal })),
  });
  const failed = [places, flows].find((one) => one.isError);
  if (failed)
    return (
      <Card title={t('stage')}>
        <ErrorView compact error={failed.error} onRetry={() => void failed.refetch()} />
      </Card>
    );
  if (!places.data || !flows.data || places.data.items.length === 0) return null;
  const flowOf = (place: Place) => flows.data.items.find((one) => one.id === place.flow);
  const many = flows.data.items.length > 1;
  return (
    <Card title={t('stage')}>
      <div className="q-stack">
        {places.data.items.map((place) => {
          const flow = flowOf(place);
          const stage = flow?.stages.find((one) => one.id === place.stage);
          return (
            <div className="stage-placed" key={`${place.flow}-${place.follow}`}>
              <div>
                {stage ? (
                  <StateBadge tone={classTone[stage.class]}>{stage.name}</StateBadge>
                ) : (
                  <span className="q-faint">{t('place.none')}</span>
                )}
                {place.overdue && <StateBadge tone="bad">{t('overdue')}</StateBadge>}
                <span className="q-faint">
                  {many && `${flow?.name ?? ''} · `}
                  {place.memberName}
                  {place.dueAt && (
                    <>
                      {' · '}
                      {t('due')} <TimeText at={Date.parse(place.dueAt)} show="time" />
                    </>
                  )}
                </span>
              </div>
              {can('stage.move') && place.open && (
                <Button size="small" onClick={() => setMoving(place)}>
                  {t(stage ? 'move' : 'place.add')}
                </Button>
              )}
            </div>
          );
        })}
      </div>
      {moving && (
        <MoveDialog
          card={{ follow: moving.follow, name: customer.name, stage: moving.stage }}
          stages={standing(flowOf(moving))}
          onClose={() => setMoving(undefined)}
        />
      )}
    </Card>
  );
}
