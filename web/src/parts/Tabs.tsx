import { Alert, Tabs as KitTabs, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useAddress, useUrlFilters } from '@/lib/url-filters';

/**
 * Tabs whose choice stands in the address (?tab=…), so that a tab can be shared. The first one is the start.
 * Only the chosen one lives, and what it wrote into the address goes with it: filters of two tabs may have the
 * same keys.
 */
export function Tabs(props: {
  items: readonly { key: string; label: ReactNode; content: ReactNode }[];
  /** The others stay alive and keep what is half written in them; none of their keys in the address may be the same. */
  keep?: boolean;
}) {
  const { keep = false, items } = props;
  const address = useAddress();
  const filters = useUrlFilters('tab');
  const active = items.find((item) => item.key === filters.one('tab')) ?? items[0];
  return (
    <KitTabs
      activeKey={active?.key}
      destroyOnHidden={!keep}
      onChange={(key) => {
        const tab = key === items[0]?.key ? undefined : key;
        if (keep) filters.patch({ tab });
        else address.show(tab ? { tab } : {});
      }}
      items={items.map(({ key, label, content }) => ({
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
