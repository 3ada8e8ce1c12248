import { useState } from 'react';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { CheckBox, DayInput, Options, TextInput } from '@/parts/fields';
import { useT } from './strings';

type Calendar = components['schemas']['StageCalendar'];

const week = [1, 2, 3, 4, 5, 6, 0] as const;

/** Days of the week without work, holidays, and the days worked instead. */
export function CalendarEditor(props: { value?: Calendar; onChange?: (value: Calendar) => void }) {
  const t = useT();
  const value = { weekend: props.value?.weekend ?? [], days: props.value?.days ?? [] };
  const [day, setDay] = useState<string>();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'off' | 'work'>('off');
  const days = [...value.days].sort((a, b) => a.day.localeCompare(b.day));
  const add = () => {
    if (!day) return;
    props.onChange?.({
      ...value,
      days: [...days.filter((one) => one.day !== day), { day, name: name.trim(), work: kind === 'work' }],
    });
    setDay(undefined);
    setName('');
  };
  return (
    <div className="stage-days">
      <span className="q-faint">{t('calendar.weekend')}</span>
      <span className="q-row q-wrap">
        {week.map((at) => (
          <CheckBox
            key={at}
            checked={value.weekend.includes(at)}
            onChange={(on) =>
              props.onChange?.({
                ...value,
                weekend: on ? [...value.weekend, at] : value.weekend.filter((one) => one !== at),
              })
            }
          >
            {t(`weekday.${at}`)}
          </CheckBox>
        ))}
      </span>
      <span className="q-faint">{t('calendar.days')}</span>
      {days.length === 0 && <span className="q-faint">{t('calendar.none')}</span>}
      {days.map((one) => (
        <span className="stage-day" key={one.day}>
          <span className="q-num">{one.day}</span>
          <span>{t(one.work ? 'calendar.work' : 'calendar.off')}</span>
          <span className="q-faint">{one.name}</span>
          <Button
            look="quiet"
            size="small"
            icon="remove"
            hint={t('calendar.remove', { day: one.day })}
            onClick={() =>
              props.onChange?.({ ...value, days: days.filter((other) => other.day !== one.day) })
            }
          />
        </span>
      ))}
      <span className="stage-day">
        <DayInput value={day} onChange={setDay} label={t('calendar.day')} />
        <span className="stage-kind">
          <Options
            value={kind}
            onChange={setKind}
            label={t('calendar.kind')}
            options={[
              { value: 'off', label: t('calendar.off') },
              { value: 'work', label: t('calendar.work') },
            ]}
          />
        </span>
        <span className="stage-kind">
          <TextInput
            value={name}
            onChange={setName}
            placeholder={t('calendar.name')}
            label={t('calendar.name')}
          />
        </span>
        <Button icon="add" disabled={!day} onClick={add}>
          {t('calendar.add')}
        </Button>
      </span>
    </div>
  );
}
