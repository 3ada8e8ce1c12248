import { Alert, Tabs as KitTabs, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useUrlFilters } from '@/lib/url-filters';

/** Tabs whose choice stands in the address (?tab=…), so that a tab can be shared. The first one is the start. */
export function Tabs(props: {
  items: readonly { key: string; label: ReactNode; content: ReactNode }[];
  /** Key in the address when a page has two sets. */
  name?: string;
}) {
  const name = props.name ?? 'tab';
  const filters = useUrlFilters(name);
  const chosen = filters.one(name);
  const active = props.items.find((item) => item.key === chosen) ?? props.items[0];
  return (
    <KitTabs
      activeKey={active?.key}
      onChange={(key) => filters.patch({ [name]: key === props.items[0]?.key ? undefined : key })}
      items={props.items.map(({ key, label, content }) => ({
        key,
        label,
        children: <div className="q-stack">{content}</div>,
      }))}
    />
  );
}

/** One of a few, side by side. */
export function Switcher<Value extends string>(props: {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
  label: string;
}) {
  return (
    <Segmented<Value>
      value={props.value}
      onChange={props.onChange}
      options={[...props.options]}
      aria-label={props.label}
    />
  );
}

/** A remark above the content: what to know (info), what to look after (warning), what is wrong (error). */
export function Notice(props: {
  tone: 'info' | 'success' | 'warning' | 'error';
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Alert
      showIcon
      type={props.tone}
      title={props.title}
      description={props.children}
      action={props.action}
    />
  );
}
