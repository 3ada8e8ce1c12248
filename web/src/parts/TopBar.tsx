import { Badge, Dropdown, Button as KitButton, Popover, Tooltip } from 'antd';
import { type ReactNode, useState } from 'react';
import { Avatar } from './Avatar';
import { Icon, type IconName } from './Icon';
import './style/shell.css';

/** A button of the top bar that opens a panel; the number beside the icon is a count, the words say it too. */
export function BarPanel(props: {
  icon: IconName;
  label: string;
  count?: number;
  spin?: boolean;
  tone?: 'calm' | 'alarm';
  /** Looks again, for what no news tells. */
  onOpen?: () => void;
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) props.onOpen?.();
      }}
      content={<div className="q-panel">{props.children(() => setOpen(false))}</div>}
    >
      <Tooltip title={open ? '' : props.label}>
        <KitButton
          type="text"
          aria-label={props.label}
          icon={
            <Badge
              size="small"
              count={props.count ?? 0}
              color={props.tone === 'alarm' ? 'var(--q-alarm)' : 'var(--q-primary)'}
              offset={[-2, -1]}
            >
              <Icon name={props.icon} spin={props.spin} style={{ fontSize: 16 }} />
            </Badge>
          }
        />
      </Tooltip>
    </Popover>
  );
}

/** A button of the top bar that opens a choice of one. */
export function BarChoice<Value extends string>(props: {
  icon: IconName;
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; icon?: IconName }[];
  onChange: (value: Value) => void;
}) {
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        selectable: true,
        selectedKeys: [props.value],
        items: props.options.map(({ value, label, icon }) => ({
          key: value,
          label,
          icon: icon && <Icon name={icon} />,
        })),
        onClick: ({ key }) => props.onChange(key as Value),
      }}
    >
      <Tooltip title={props.label} placement="left">
        <KitButton
          type="text"
          aria-label={props.label}
          icon={<Icon name={props.icon} style={{ fontSize: 16 }} />}
        />
      </Tooltip>
    </Dropdown>
  );
}

/** The corp one works in, with the others to go to. */
export function BarCorp(props: {
  label: string;
  current: string;
  options: readonly { id: string; name: string }[];
  onChange: (id: string) => void;
}) {
  const { label, current, options, onChange } = props;
  const name = options.find((option) => option.id === current)?.name ?? label;
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomLeft"
      menu={{
        selectable: true,
        selectedKeys: [current],
        items: options.map((option) => ({ key: option.id, label: option.name })),
        onClick: ({ key }) => {
          if (key !== current) onChange(key);
        },
        className: 'q-corps',
      }}
    >
      <button type="button" className="q-user q-bar-corp" title={name}>
        <span className="q-hidden">{label}</span>
        <span className="q-ellipsis">{name}</span>
        <Icon name="down" />
      </button>
    </Dropdown>
  );
}

/** The signed-in person, with what concerns their account. */
export function BarUser(props: {
  name: string;
  avatar?: string;
  more?: string;
  label: string;
  actions: readonly { key: string; label: string; icon: IconName; onClick: () => void }[];
}) {
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          {
            key: 'who',
            type: 'group',
            label: props.more ? `${props.name} · ${props.more}` : props.name,
            children: props.actions.map(({ key, label, icon }) => ({
              key,
              label,
              icon: <Icon name={icon} />,
            })),
          },
        ],
        onClick: ({ key }) => props.actions.find((action) => action.key === key)?.onClick(),
      }}
    >
      <button type="button" className="q-user">
        <span className="q-hidden">{props.label}</span>
        <Avatar name={props.name} src={props.avatar} size={28} />
        <span className="q-ellipsis">{props.name}</span>
      </button>
    </Dropdown>
  );
}
