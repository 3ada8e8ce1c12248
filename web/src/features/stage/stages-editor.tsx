import { useEffect, useState } from 'react';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { CheckBox, NumberInput, Options, TextInput } from '@/parts/fields';
import { ActsEditor } from './acts-editor';
import { type Flow, type Stage, standing } from './data';
import { PullEditor } from './pull-editor';
import { RemoveDialog } from './remove-dialog';
import { useT } from './strings';

type StageForm = components['schemas']['StageStageForm'];
const classes = ['waiting', 'active', 'won', 'lost'] as const;
const most = 10;
const nine = 9 * 60;
const none: StageRow[] = [];

/** Somebody comes into the stage by himself. */
const pulls = (stage: StageForm) => (stage.pull?.tags.length ?? 0) + (stage.pull?.groups.length ?? 0) > 0;

/** A stage in the editor: its row says who it is while new ones have no id and all can change places. */
export type StageRow = StageForm & { row: string };

export function emptyStage(name: string, kind: Stage['class'], among: readonly StageRow[] = []): StageRow {
  let n = 0;
  while (among.some(({ row }) => row === `new-${n}`)) n++;
  const nothing = () => ({ tag: [], untag: [], tell: [] });
  return {
    row: `new-${n}`,
    name,
    class: kind,
    cycle: { days: 0, unit: 'workdays', at: nine, every: 1, times: 2, escalate: 0 },
    enter: nothing(),
    leave: nothing(),
  };
}

/** The stages of a flow in their order, each with its cycle and what happens in it. */
export function StagesEditor(props: {
  flow?: Flow;
  value?: StageRow[];
  onChange?: (stages: StageRow[]) => void;
  /** A stage of the flow was taken away here, at once: the flow has one more version. */
  onRemoved?: () => void;
}) {
  const t = useT();
  const { flow, value = none, onChange } = props;
  const [removing, setRemoving] = useState<StageForm>();
  // A stage that was taken away leaves the form when the flow has come without it, not before: until then
  // the form would count its absence among the changes still to be saved.
  useEffect(() => {
    const left = value.filter(({ id }) => !id || !flow || standing(flow).some((stage) => stage.id === id));
    if (left.length < value.length) onChange?.(left);
  }, [flow, value, onChange]);
  const set = (at: number, change: Partial<StageForm>) =>
    props.onChange?.(value.map((stage, i) => (i === at ? { ...stage, ...change } : stage)));
  const swap = (at: number, by: number) => {
    const next = [...value];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + by, 0, moved);
    props.onChange?.(next);
  };
  return (
    <div className="stage-rows">
      {value.map((stage, i) => (
        <section className="q-card stage-step" key={stage.row} aria-label={stage.name || t('stage')}>
          <div className="stage-step-head">
            <span>{t('stage.n', { n: i + 1 })}</span>
            <span className="q-row">
              <Button
                look="quiet"
                size="small"
                icon="up"
                hint={t('stage.up')}
                disabled={i === 0}
                onClick={() => swap(i, -1)}
              />
              <Button
                look="quiet"
                size="small"
                icon="fall"
                hint={t('stage.down')}
                disabled={i === value.length - 1}
                onClick={() => swap(i, 1)}
              />
              <Button
                look="quiet"
                size="small"
                icon="remove"
                hint={t('stage.remove')}
                disabled={value.length === 1}
                onClick={() =>
                  stage.id ? setRemoving(stage) : props.onChange?.(value.filter((_, at) => at !== i))
                }
              />
            </span>
          </div>
          <div className="stage-grid">
            <Labelled label={t('stage.name')}>
              <TextInput
                value={stage.name}
                max={20}
                label={t('stage.name')}
                onChange={(name) => set(i, { name })}
              />
            </Labelled>
            <Labelled label={t('class')}>
              <Options
                value={stage.class}
                label={t('class')}
                onChange={(kind) => set(i, { class: kind, catches: kind === 'lost' && stage.catches })}
                options={classes.map((one) => ({ value: one, label: t(`class.${one}`) }))}
              />
            </Labelled>
            <Labelled label={t('stage.note')}>
              <TextInput
                value={stage.note ?? ''}
                max={200}
                label={t('stage.note')}
                onChange={(note) => set(i, { note })}
              />
            </Labelled>
          </div>
          {stage.class === 'lost' && i > 0 && (
            <CheckBox checked={stage.catches ?? false} onChange={(catches) => set(i, { catches })}>
              {t('catches')}
            </CheckBox>
          )}
          {(i > 0 || pulls(stage)) && <PullEditor pull={stage.pull} onChange={(pull) => set(i, { pull })} />}
          <CycleEditor cycle={stage.cycle} onChange={(cycle) => set(i, { cycle })} />
          <ActsEditor title={t('enter')} acts={stage.enter} onChange={(enter) => set(i, { enter })} />
          <ActsEditor title={t('leave')} acts={stage.leave} onChange={(leave) => set(i, { leave })} />
        </section>
      ))}
      <span>
        <Button
          icon="add"
          disabled={value.length >= most}
          onClick={() => props.onChange?.([...value, emptyStage('', 'active', value)])}
        >
          {t('stage.add')}
        </Button>
      </span>
      {removing?.id && props.flow && (
        <RemoveDialog
          flow={props.flow}
          stage={removing.id}
          name={removing.name}
          onRemoved={props.onRemoved}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </div>
  );
}

function CycleEditor(props: { cycle: StageForm['cycle']; onChange: (cycle: StageForm['cycle']) => void }) {
  const t = useT();
  const { cycle } = props;
  const set = (change: Partial<StageForm['cycle']>) => props.onChange({ ...cycle, ...change });
  const on = cycle.days > 0;
  const times = [...new Set([...Array.from({ length: 48 }, (_, i) => i * 30), cycle.at])].sort(
    (a, b) => a - b,
  );
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return (
    <>
      <CheckBox
        checked={on}
        onChange={(yes) => set({ days: yes ? 3 : 0, escalate: yes ? cycle.escalate : 0 })}
      >
        {t('cycle.on')}
      </CheckBox>
      {on && (
        <div className="stage-grid">
          <Labelled label={t('cycle.days')}>
            <NumberInput
              value={cycle.days}
              min={1}
              most={365}
              label={t('cycle.days')}
              onChange={(days) => set({ days: days ?? 1 })}
            />
          </Labelled>
          <Labelled label={t('cycle.unit')}>
            <Options
              value={cycle.unit}
              label={t('cycle.unit')}
              onChange={(unit) => set({ unit })}
              options={[
                { value: 'workdays', label: t('unit.workdays') },
                { value: 'days', label: t('unit.days') },
              ]}
            />
          </Labelled>
          <Labelled label={t('cycle.at')}>
            <Options
              value={String(cycle.at)}
              label={t('cycle.at')}
              onChange={(at) => set({ at: Number(at) })}
              options={times.map((minute) => ({ value: String(minute), label: clock(minute) }))}
            />
          </Labelled>
          <Labelled label={t('cycle.every')}>
            <NumberInput
              value={cycle.every}
              min={0}
              most={90}
              label={t('cycle.every')}
              onChange={(every) => set({ every: every ?? 0 })}
            />
          </Labelled>
          <Labelled label={t('cycle.times')}>
            <NumberInput
              value={cycle.times}
              min={0}
              most={30}
              label={t('cycle.times')}
              onChange={(n) => set({ times: n ?? 0 })}
            />
          </Labelled>
          <Labelled label={t('cycle.escalate')}>
            <NumberInput
              value={cycle.escalate}
              min={0}
              most={31}
              label={t('cycle.escalate')}
              onChange={(escalate) => set({ escalate: escalate ?? 0 })}
            />
          </Labelled>
        </div>
      )}
    </>
  );
}

/** A control with its name above it, inside one field of the form. */
function Labelled(props: { label: string; children: React.ReactNode }) {
  return (
    <div className="stage-labelled">
      <span className="q-faint">{props.label}</span>
      {props.children}
    </div>
  );
}
