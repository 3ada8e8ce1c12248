import { useBlocker } from '@tanstack/react-router';
import { Form as KitForm } from 'antd';
import { cloneElement, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { asProblem, type Problem, splitPath } from '@/api/problem';
import { byteLength, charLength } from '@/lib/measure';
import { Button } from './Button';
import { useEnclosingGuard } from './Drawer';
import { ErrorView } from './ErrorView';
import { useFeedback } from './Feedback';
import { useT } from './strings';
import { Notice } from './Tabs';
import './style/form.css';

export interface FormProps<Values extends object> {
  /** What the fields start with; give the form a `key` when another thing is to be edited. */
  initial: Values;
  /** What the fields show at first instead, not saved yet: a proposal. */
  filled?: Values;
  /** The button only shows what the values would do: afterwards they are as unsaved as before. */
  previews?: boolean;
  /** What was shown has been carried out since: nothing is unsaved any more. */
  carriedOut?: boolean;
  /** Saves; a Problem with field errors is shown beside the fields, anything else above the buttons. */
  onSubmit: (values: Values) => Promise<unknown>;
  /** The verb on the button: 创建, 保存. */
  submitLabel: string;
  onCancel?: () => void;
  /** Beside the fields, live: what the customer or member will see. */
  aside?: (values: Values) => ReactNode;
  /** The fields; a function when some of them depend on others. */
  children: ReactNode | ((values: Values) => ReactNode);
}

/**
 * A form. Validates while typing and again by the server's answer, and asks
 * before it is left with changes – by link, by the browser, or by closing the
 * drawer around it.
 */
export function Form<Values extends object>(props: FormProps<Values>) {
  const { initial, filled, onSubmit, aside, children } = props;
  const t = useT();
  const [form] = KitForm.useForm<Values>();
  const [values, setValues] = useState(filled ?? initial);
  const [changed, setChanged] = useState(filled !== undefined && !alike(filled, initial));
  const dirty = changed && !props.carriedOut;
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<{ problem: Problem; elsewhere: string[] } | null>(null);
  const saved = useRef(false);
  useLeaveGuard(dirty, saved);

  const submit = async () => {
    setSaving(true);
    setProblem(null);
    saved.current = true;
    try {
      // getFieldsValue(true) holds also what no field shows, such as an id.
      await onSubmit(form.getFieldsValue(true) as Values);
      if (props.previews) saved.current = false;
      else setChanged(false);
    } catch (error) {
      saved.current = false;
      const found = asProblem(error);
      const elsewhere = placeErrors(form as never, found);
      if (found.fields.length === 0 || elsewhere.length > 0) setProblem({ problem: found, elsewhere });
      const first = form.getFieldsError().find((field) => field.errors.length > 0);
      if (first) form.scrollToField(first.name, { block: 'center', focus: true });
    } finally {
      setSaving(false);
    }
  };

  return (
    <KitForm
      form={form}
      layout="vertical"
      initialValues={filled ?? initial}
      requiredMark={(label, { required }) => (
        <>
          {label}
          {required && <span className="q-required" title={t('required.short')} aria-hidden="true" />}
        </>
      )}
      onValuesChange={() => {
        const now = form.getFieldsValue(true) as Values;
        setValues(now);
        setChanged(!alike(now, initial));
      }}
      onFinish={() => void submit()}
      scrollToFirstError={{ block: 'center', focus: true }}
      className="q-form"
      noValidate
    >
      <div className={aside ? 'q-form-body q-form-split' : 'q-form-body'}>
        <div className="q-form-fields">
          {typeof children === 'function' ? children(values) : children}
          {problem &&
            (problem.elsewhere.length > 0 ? (
              <Notice tone="error" title={problem.problem.detail || t('problem.invalid')}>
                <ul>
                  {problem.elsewhere.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </Notice>
            ) : (
              <ErrorView compact error={problem.problem} />
            ))}
        </div>
        {aside && <aside className="q-form-aside">{aside(values)}</aside>}
      </div>
      <footer className="q-form-foot">
        <Button look="primary" submit busy={saving}>
          {props.submitLabel}
        </Button>
        {props.onCancel && (
          <Button onClick={props.onCancel} disabled={saving}>
            {t('cancel')}
          </Button>
        )}
        {dirty && <span className="q-faint">{t('unsaved')}</span>}
      </footer>
    </KitForm>
  );
}

const alike = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);

interface FieldsApi {
  getFieldsError(): { name: (string | number)[] }[];
  setFields(fields: { name: (string | number)[]; errors: string[] }[]): void;
}

/**
 * Puts the server's field errors beside their fields: an error of
 * "welcome.attachments[0].url" goes to the field that holds it, be it only
 * "welcome". Returns the messages that found no field.
 */
export function placeErrors(form: FieldsApi, problem: Problem): string[] {
  const known = form.getFieldsError().map((field) => field.name.map(String));
  const placed = new Map<string, { name: (string | number)[]; errors: string[] }>();
  const elsewhere: string[] = [];
  for (const { path, message } of problem.fields) {
    const steps = splitPath(path);
    let length = steps.length;
    while (length > 0 && !known.some((name) => sameSteps(name, steps.slice(0, length)))) length--;
    if (length === 0) {
      elsewhere.push(message);
      continue;
    }
    const name = steps.slice(0, length);
    const at = placed.get(name.join('.')) ?? { name, errors: [] };
    at.errors.push(message);
    placed.set(name.join('.'), at);
  }
  if (placed.size > 0) form.setFields([...placed.values()]);
  return elsewhere;
}

function sameSteps(name: readonly string[], steps: readonly (string | number)[]): boolean {
  return name.length === steps.length && name.every((step, i) => step === String(steps[i]));
}

/** Asks before changes are lost; moves within the same page (a tab, an open row) are no leaving. */
export function useLeaveGuard(dirty: boolean, saved: { current: boolean }) {
  const { confirm } = useFeedback();
  const t = useT();
  const enclosing = useEnclosingGuard();
  useEffect(() => {
    enclosing?.setDirty(dirty);
    return () => enclosing?.setDirty(false);
  }, [dirty, enclosing]);
  useBlocker({
    disabled: !dirty,
    enableBeforeUnload: () => dirty && !saved.current,
    shouldBlockFn: async ({ current, next }) => {
      // Filters and an open drawer leave a form where it is; another tab does not.
      const tab = (search: object) => ('tab' in search ? search.tab : undefined);
      const stays = current.pathname === next.pathname && tab(current.search) === tab(next.search);
      if (saved.current || stays) return false;
      return !(await confirm({
        title: t('leave.title'),
        detail: t('leave.detail'),
        action: t('leave.action'),
        danger: true,
      }));
    },
  });
}

export interface FieldProps {
  /** Path of the value: "name", or ["shifts", 0, "start"]. */
  name: string | (string | number)[];
  label: ReactNode;
  /** Below the field: what it does, in a sentence. */
  hint?: ReactNode;
  required?: boolean;
  /** Most characters, most UTF-8 bytes. */
  max?: number;
  maxBytes?: number;
  /** A further rule: the words of what is wrong, or undefined. */
  check?: (value: never) => string | undefined;
  /** "checked" for a Toggle. */
  valueKey?: 'value' | 'checked';
  /** One control of this folder. */
  children: ReactElement;
}

/** A field of a Form: label, control, what is wrong with it. */
export function Field(props: FieldProps) {
  const { name, label, hint, required, max, maxBytes, check, valueKey, children } = props;
  const t = useT();
  const validate = (value: unknown): string | undefined => {
    const empty =
      value === undefined ||
      value === null ||
      (typeof value === 'string' && value.trim() === '') ||
      (Array.isArray(value) && value.length === 0);
    if (required && empty) return t('required', { name: typeof label === 'string' ? label : '' });
    if (typeof value === 'string' && max !== undefined && charLength(value) > max)
      return t('tooLong', { max });
    if (typeof value === 'string' && maxBytes !== undefined && byteLength(value) > maxBytes)
      return t('tooManyBytes', { max: maxBytes });
    return check?.(value as never);
  };
  return (
    <KitForm.Item
      name={name}
      label={label}
      extra={hint}
      required={required}
      valuePropName={valueKey}
      rules={[
        {
          validator: async (_, value: unknown) => {
            const wrong = validate(value);
            if (wrong) throw new Error(wrong);
          },
        },
      ]}
    >
      {max !== undefined || maxBytes !== undefined
        ? cloneElement(children as ReactElement<{ max?: number; maxBytes?: number }>, { max, maxBytes })
        : children}
    </KitForm.Item>
  );
}

/** A part of a long form under its own heading. */
export function FormSection(props: { title: string; meaning?: string; children: ReactNode }) {
  return (
    <section className="q-form-section" aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.meaning && <p className="q-faint">{props.meaning}</p>}
      {props.children}
    </section>
  );
}
