import { Checkbox, DatePicker, Input, InputNumber, Radio, Select, Switch } from 'antd';
import dayjs from 'dayjs';
import type { ReactNode } from 'react';
import { byteLength, charLength } from '@/lib/measure';
import { growing } from './growing';
import { useT } from './strings';

/** What every control takes; Field fills value and onChange in. */
interface Control<Value> {
  value?: Value;
  onChange?: (value: Value) => void;
  disabled?: boolean;
  placeholder?: string;
  id?: string;
  /** For screen readers when no Field gives a label. */
  label?: string;
}

interface Counted {
  /** Most characters, most UTF-8 bytes: shown as a counter; Field says when it is too long. */
  max?: number;
  maxBytes?: number;
}

function counter({ max, maxBytes }: Counted) {
  if (maxBytes !== undefined) return { show: true, max: maxBytes, strategy: byteLength };
  if (max !== undefined) return { show: true, max, strategy: charLength };
  return undefined;
}

export function TextInput(
  props: Control<string> & Counted & { autoFocus?: boolean; autoComplete?: string; prefix?: ReactNode },
) {
  const { value, onChange, max, maxBytes, label, ...rest } = props;
  return (
    <Input
      {...rest}
      value={value ?? ''}
      aria-label={label}
      count={counter({ max, maxBytes })}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

export function PasswordInput(props: Control<string> & { autoComplete?: string; prefix?: ReactNode }) {
  const { value, onChange, label, ...rest } = props;
  return (
    <Input.Password
      {...rest}
      value={value ?? ''}
      aria-label={label}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

export function TextArea(props: Control<string> & Counted & { rows?: number }) {
  const { value, onChange, max, maxBytes, rows = 3, label, ...rest } = props;
  return (
    <Input.TextArea
      {...rest}
      value={value ?? ''}
      aria-label={label}
      {...growing(rows, rows * 4)}
      count={counter({ max, maxBytes })}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

/** A whole number unless `step` is a fraction; empty is null. */
export function NumberInput(
  props: Control<number | null> & { min?: number; most?: number; step?: number; unit?: string },
) {
  const { value, onChange, min, most, step, unit, label, ...rest } = props;
  return (
    <InputNumber
      {...rest}
      value={value}
      min={min}
      max={most}
      step={step}
      precision={step !== undefined && step < 1 ? undefined : 0}
      // The kit would write a whole number with the decimals of the step: 3.00.
      formatter={(shown, { userTyping, input }) =>
        userTyping || `${shown ?? ''}` === '' ? input : String(Number(shown))
      }
      suffix={unit}
      aria-label={label}
      className="q-number"
      onChange={(next) => onChange?.(next)}
    />
  );
}

/** On or off; the Field around it needs valueKey="checked". */
export function Toggle(props: {
  checked?: boolean;
  onChange?: (value: boolean) => void;
  disabled?: boolean;
  id?: string;
  label?: string;
}) {
  const { label, ...rest } = props;
  return <Switch {...rest} aria-label={label} />;
}

/** A box to tick with its words; the Field around it needs valueKey="checked". */
export function CheckBox(props: {
  checked?: boolean;
  onChange?: (value: boolean) => void;
  disabled?: boolean;
  id?: string;
  children: ReactNode;
}) {
  const { onChange, ...rest } = props;
  return <Checkbox {...rest} onChange={(event) => onChange?.(event.target.checked)} />;
}

export interface Option<Value extends string> {
  value: Value;
  label: string;
  /** What choosing it means. */
  hint?: string;
  disabled?: boolean;
}

/** One of a few, all in sight. */
export function Choice<Value extends string>(props: Control<Value> & { options: readonly Option<Value>[] }) {
  const { value, onChange, options, disabled, id, label } = props;
  return (
    <Radio.Group
      id={id}
      value={value}
      disabled={disabled}
      aria-label={label}
      className="q-choice"
      onChange={(event) => onChange?.(event.target.value as Value)}
      options={options.map((option) => ({
        value: option.value,
        disabled: option.disabled,
        label: (
          <>
            {option.label}
            {option.hint && <small>{option.hint}</small>}
          </>
        ),
      }))}
    />
  );
}

/** One of many, in a list that opens and can be searched. */
export function Options<Value extends string>(
  props: Control<Value> & { options: readonly Option<Value>[]; clearable?: boolean },
) {
  const { value, onChange, options, clearable, label, ...rest } = props;
  const t = useT();
  return (
    <Select<Value>
      placeholder={t('choose')}
      {...rest}
      value={value}
      onChange={(next) => onChange?.(next)}
      options={options.map(({ value: key, label: text, disabled }) => ({
        value: key,
        label: text,
        disabled,
      }))}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      allowClear={clearable}
      // In a narrow column an option may be longer than what is chosen: it is read whole.
      popupMatchSelectWidth={false}
      aria-label={label}
      style={{ width: '100%' }}
    />
  );
}

/** Some of many, in a list that opens and can be searched. */
export function Several<Value extends string>(
  props: Control<Value[]> & { options: readonly Option<Value>[]; placeholder?: string },
) {
  const { value, onChange, options, label, ...rest } = props;
  const t = useT();
  return (
    <Select<Value[]>
      placeholder={t('choose')}
      {...rest}
      mode="multiple"
      value={value ?? []}
      onChange={(next) => onChange?.(next)}
      options={options.map(({ value: key, label: text, disabled }) => ({
        value: key,
        label: text,
        disabled,
      }))}
      optionFilterProp="label"
      aria-label={label}
      style={{ width: '100%' }}
    />
  );
}

/** A day, as YYYY-MM-DD. */
export function DayInput(props: Control<string | undefined>) {
  const { value, onChange, label, ...rest } = props;
  return (
    <DatePicker
      {...rest}
      value={value ? dayjs(value) : null}
      onChange={(day) => onChange?.(day?.format('YYYY-MM-DD'))}
      aria-label={label}
    />
  );
}
