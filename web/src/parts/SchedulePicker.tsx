import { Checkbox, Button as KitButton, TimePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { Icon } from './Icon';
import { MemberPicker } from './MemberPicker';
import { clockTime, coverage, minutesADay, type Shift, scheduleFlaws, week } from './schedule';
import { useT } from './strings';
import { Notice } from './Tabs';
import './style/phone.css';

export type { Shift } from './schedule';

export interface SchedulePickerProps {
  value?: readonly Shift[];
  onChange?: (shifts: Shift[]) => void;
  /** What holds while no shift does; shown with the uncovered hours. */
  otherwise?: string;
  maxMembers?: number;
}

/** Shifts by weekday and time with their members, and the week drawn so that gaps and overlaps are seen. */
export function SchedulePicker({ value = [], onChange, otherwise, maxMembers = 100 }: SchedulePickerProps) {
  const t = useT();
  const flaws = scheduleFlaws(value);
  const set = (at: number, change: Partial<Shift>) =>
    onChange?.(value.map((shift, i) => (i === at ? { ...shift, ...change } : shift)));
  return (
    <div className="q-shifts">
      {value.map((shift, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shifts have no id; their order is their identity.
        <div className="q-shift" key={i}>
          <div className="q-row q-wrap">
            <Checkbox.Group
              aria-label={t('weekdays')}
              value={shift.days}
              options={week.map((day) => ({ value: day, label: t(`weekday.${day}`) }))}
              onChange={(days) => set(i, { days: [...days].sort((a, b) => a - b) })}
            />
            <span className="q-grow" />
            <KitButton
              type="text"
              size="small"
              aria-label={t('removeShift')}
              icon={<Icon name="remove" />}
              onClick={() => onChange?.(value.filter((_, at) => at !== i))}
            />
          </div>
          <div className="q-row q-wrap">
            <TimePicker
              format="HH:mm"
              needConfirm={false}
              allowClear={false}
              value={asTime(shift.from)}
              aria-label={t('shiftFrom')}
              onChange={(time) => time && set(i, { from: minutesOf(time) })}
            />
            <span className="q-faint">–</span>
            <TimePicker
              format={(time) =>
                shift.to === minutesADay && minutesOf(time) === 0
                  ? clockTime(minutesADay)
                  : time.format('HH:mm')
              }
              needConfirm={false}
              allowClear={false}
              value={asTime(shift.to)}
              aria-label={t('shiftTo')}
              // The kit's picker has no 24:00; midnight at the end of a shift stands for it.
              onChange={(time) => time && set(i, { to: minutesOf(time) || minutesADay })}
            />
            {shift.to <= shift.from && <span className="q-faint">{t('nextDay')}</span>}
            <div className="q-grow" style={{ minWidth: 220 }}>
              <MemberPicker
                value={shift.members}
                max={maxMembers}
                onChange={(members) => set(i, { members })}
              />
            </div>
          </div>
          {flaws.incomplete.includes(i) && <em className="q-faint">{t('shiftIncomplete')}</em>}
        </div>
      ))}
      <div>
        <KitButton
          icon={<Icon name="add" />}
          onClick={() =>
            onChange?.([...value, { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 18 * 60, members: [] }])
          }
        >
          {t('addShift')}
        </KitButton>
      </div>
      {value.length > 0 && <Week shifts={value} />}
      {value.length > 0 && flaws.overlaps && <Notice tone="warning" title={t('shiftsOverlap')} />}
      {value.length > 0 && flaws.uncovered > 0 && (
        <Notice tone="info" title={t('uncovered', { hours: Math.round(flaws.uncovered / 6) / 10 })}>
          {otherwise}
        </Notice>
      )}
    </div>
  );
}

const minutesOf = (time: Dayjs) => time.hour() * 60 + time.minute();
const asTime = (minutes: number) => dayjs(`2000-01-01T${clockTime(minutes % minutesADay)}`);

function Week({ shifts }: { shifts: readonly Shift[] }) {
  const t = useT();
  const share = (minutes: number) => `${(minutes / 14.4).toFixed(3)}%`;
  return (
    <div className="q-week" role="img" aria-label={t('weekDrawn')}>
      {week.map((day) => (
        <Day key={day} name={t(`weekday.${day}`)}>
          {coverage(shifts, day).map((span) => (
            <i
              key={span.from}
              className={span.overlap ? 'q-week-overlap' : undefined}
              style={{ left: share(span.from), width: share(span.to - span.from) }}
            />
          ))}
        </Day>
      ))}
      <span className="q-week-hours">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{hour}:00</span>
        ))}
      </span>
    </div>
  );
}

function Day({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <span>{name}</span>
      <span className="q-week-day">{children}</span>
    </>
  );
}
