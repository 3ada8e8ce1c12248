import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { api, ok } from '@/api/client';
import type { CustomerSelection } from '@/lib/customer-parts';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Form } from '@/parts/Form';
import { OutlineView } from './outline-view';
import { blank, planOf, type Values } from './plan';
import { PlanFields } from './plan-form';
import { SeatChoices } from './seats';
import { useT } from './strings';
import type { Outline, Plan, SeatChoice } from './words';
import './transfer.css';

/** Asks what to hand over and to whom, shows what that comes to, and starts it. */
export function Planner(props: {
  from: string[];
  /** Customers that were selected elsewhere. */
  chosen?: CustomerSelection;
  onBegun: (id: string) => void;
  onCancel: () => void;
}) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [seen, setSeen] = useState<{ plan: Plan; outline: Outline }>();
  const [seats, setSeats] = useState<SeatChoice[]>([]);
  const [begun, setBegun] = useState<string>();
  const preview = async (values: Values) => {
    const plan = planOf(values, props.chosen);
    const outline = await ok(api.POST('/api/transfer/preview', { body: plan }));
    setSeats(outline.seats.map(({ of, seat, from, fate, to }) => ({ of, seat, from, fate, to })));
    setSeen({ plan, outline });
  };
  const start = async ({ plan, outline }: { plan: Plan; outline: Outline }) => {
    const made = await ok(
      api.POST('/api/transfer/transfers', {
        body: { ...plan, seats, expect: { customers: outline.customers, groups: outline.groups } },
      }),
    );
    done(t('begun', { customers: made.customers, groups: made.groups }));
    setSeen(undefined);
    setBegun(made.id);
    await client.invalidateQueries({ queryKey: ['transfer'] });
  };
  // Only once the form knows that nothing is unsaved, or leaving it would be asked about.
  const tell = useEffectEvent(props.onBegun);
  useEffect(() => {
    if (begun !== undefined) tell(begun);
  }, [begun]);
  return (
    <>
      <Form
        initial={blank(props.from, props.chosen !== undefined)}
        onSubmit={preview}
        submitLabel={t('preview')}
        onCancel={props.onCancel}
        previews
        carriedOut={begun !== undefined}
      >
        {(values) => <PlanFields values={values} chosen={props.chosen !== undefined} />}
      </Form>
      <Dialog open={seen !== undefined} onClose={() => setSeen(undefined)} title={t('outline')} width={720}>
        {seen && (
          <div className="q-stack">
            <OutlineView outline={seen.outline} />
            <SeatChoices outline={seen.outline} value={seats} onChange={setSeats} />
            <span className="q-row">
              <Button
                look="primary"
                icon="reach"
                disabled={seen.outline.customers + seen.outline.groups === 0}
                onClick={() => start(seen)}
              >
                {t('start')}
              </Button>
              <Button onClick={() => setSeen(undefined)}>{t('back')}</Button>
            </span>
          </div>
        )}
      </Dialog>
    </>
  );
}
