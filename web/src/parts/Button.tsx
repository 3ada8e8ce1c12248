import { createLink } from '@tanstack/react-router';
import { Dropdown, Button as KitButton, type ButtonProps as KitProps, Tooltip } from 'antd';
import { type ReactNode, useState } from 'react';
import { useFeedback } from './Feedback';
import { Icon, type IconName } from './Icon';

/** The kit's button as a link of the router: a real <a>, opened by the keyboard and in new tabs. */
const LinkButton = createLink(KitButton);

export interface ButtonProps {
  /** Says what happens, as a verb: 新建活码. */
  children?: ReactNode;
  icon?: IconName;
  /** primary: the page's one main action. quiet: inside tables and cards. danger: destroys something. */
  look?: 'primary' | 'default' | 'quiet' | 'danger' | 'link';
  /** Shown while the promise is open; a failure is told with its words. */
  onClick?: () => unknown;
  /** A page of the console; the button is then a link that can be opened in a new tab. */
  to?: string;
  disabled?: boolean;
  /** Why it is disabled, or what it does when it has only an icon. */
  hint?: string;
  busy?: boolean;
  size?: 'small' | 'middle' | 'large';
  block?: boolean;
  submit?: boolean;
  label?: string;
}

/** In colour and variant, not in the kit's `type`: the router's link keeps a `type` for itself. */
const looks: Record<NonNullable<ButtonProps['look']>, Pick<KitProps, 'color' | 'variant'>> = {
  primary: { color: 'primary', variant: 'solid' },
  default: { color: 'default', variant: 'outlined' },
  quiet: { color: 'default', variant: 'text' },
  danger: { color: 'danger', variant: 'outlined' },
  link: { color: 'primary', variant: 'link' },
};

export function Button(props: ButtonProps) {
  const {
    children,
    icon,
    look = 'default',
    onClick,
    to,
    disabled,
    hint,
    busy,
    size,
    block,
    submit,
    label,
  } = props;
  const [working, setWorking] = useState(false);
  const { problem } = useFeedback();

  const click = async () => {
    const result = onClick?.();
    if (!(result instanceof Promise)) return;
    setWorking(true);
    try {
      await result;
    } catch (error) {
      problem(error);
    } finally {
      setWorking(false);
    }
  };

  const shared: KitProps = {
    ...looks[look],
    icon: icon && <Icon name={icon} />,
    disabled,
    size,
    block,
    'aria-label': label ?? (children ? undefined : hint),
    children,
  };
  const button =
    to && !disabled ? (
      <LinkButton {...(shared as object)} to={to} />
    ) : (
      <KitButton
        {...shared}
        onClick={onClick && (() => void click())}
        loading={busy || working}
        htmlType={submit ? 'submit' : 'button'}
      />
    );
  return hint ? <Tooltip title={hint}>{disabled ? <span>{button}</span> : button}</Tooltip> : button;
}

export interface Action {
  key: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  onClick: () => unknown;
}

/** Further actions behind one button ("…" unless given a text). */
export function ActionMenu(props: {
  actions: Action[];
  label: string;
  children?: ReactNode;
  size?: 'small' | 'middle';
}) {
  const { problem } = useFeedback();
  const run = async (action: Action | undefined) => {
    try {
      await action?.onClick();
    } catch (error) {
      problem(error);
    }
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: props.actions.map(({ key, label, icon, danger, disabled }) => ({
          key,
          label,
          danger,
          disabled,
          icon: icon && <Icon name={icon} />,
        })),
        onClick: ({ key, domEvent }) => {
          domEvent.stopPropagation();
          void run(props.actions.find((action) => action.key === key));
        },
      }}
    >
      <KitButton
        size={props.size}
        type={props.children ? 'default' : 'text'}
        aria-label={props.label}
        onClick={(event) => event.stopPropagation()}
        icon={props.children ? undefined : <Icon name="more" />}
      >
        {props.children && (
          <>
            {props.children} <Icon name="down" />
          </>
        )}
      </KitButton>
    </Dropdown>
  );
}
