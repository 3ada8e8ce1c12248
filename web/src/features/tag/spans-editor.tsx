import { Button } from '@/parts/Button';
import { DayInput, Several } from '@/parts/fields';
import { useT } from './strings';
import { clock, minutes, type Span } from './words';

const weekdays = ['1', '2', '3', '4', '5', '6', '0'] as const;
const dates = Array.from({ length: 31 }, (_, i) => i + 1);

/** Hours of days, as many as one likes. */
export function SpansEditor({
  value = [],
  onChange,
}: {
  value?: Span[];
  onChange?: (spans: Span[]) => void;
}) {
  const t = useT();
  const set = (at: number, change: Partial<Span>) =>
    onChange?.(value.map((span, i) => (i === at ? { ...span, ...change } : span)));
  return (
    <div className="q-stack">
      {value.map((span, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no id; their order is their identity.
        <div className="tag-span" key={i}>
          <Several
            label={t('weekdays')}
            placeholder={t('everyDay')}
            value={[...(span.days ?? []).map(String), ...(span.dates ?? []).map((date) => `d${date}`)]}
            options={[
              ...weekdays.map((day) => ({ value: day as string, label: t(`weekday.${day}`) })),
              ...dates.map((n) => ({ value: `d${n}`, label: t('date.n', { n }) })),
            ]}
            onChange={(picked) =>
              set(i, {
                days: numbers(picked.filter((one) => !one.startsWith('d'))),
                dates: numbers(picked.filter((one) => one.startsWith('d')).map((one) => one.slice(1))),
              })
            }
          />
          <TimeInput label={t('from')} value={span.from} onChange={(from) => set(i, { from })} />
          <TimeInput label={t('to')} value={span.to} onChange={(to) => set(i, { to })} />
          <DayInput
            label={t('since')}
            placeholder={t('since')}
            value={span.since}
            onChange={(since) => set(i, { since })}
          />
          <DayInput
            label={t('until')}
            placeholder={t('until')}
            value={span.until}
            onChange={(until) => set(i, { until })}
          />
          {value.length > 1 && (
            <Button
              size="small"
              look="quiet"
              icon="remove"
              hint={t('remove')}
              onClick={() => onChange?.(value.filter((_, k) => k !== i))}
            />
          )}
        </div>
      ))}
      {value.length < 20 && (
        <span>
          <Button
            size="small"
            icon="add"
            onClick={() => onChange?.([...value, { days: [], from: 540, to: 1080 }])}
          >
            {t('spans.add')}
          </Button>
        </span>
      )}
    </div>
  );
}

const numbers = (texts: string[]) => texts.map(Number).sort((a, b) => a - b);

function TimeInput(props: { label: string; value: number; onChange: (at: number) => void }) {
  return (
    <input
      key={props.value}
      className="tag-time"
      aria-label={props.label}
      placeholder="09:00"
      defaultValue={clock(props.value)}
      onBlur={(event) => {
        const at = minutes(event.target.value);
        if (at === undefined) event.target.value = clock(props.value);
        else props.onChange(at);
      }}
    />
  );
}
