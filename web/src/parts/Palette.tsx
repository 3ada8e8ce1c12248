import { Input, Modal } from 'antd';
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import { Icon, type IconName } from './Icon';
import './style/shell.css';

export interface PaletteGroup {
  key: string;
  title: string;
  /** Found for what was typed before; what is meant now is still on its way. */
  old?: boolean;
  items: readonly { key: string; title: string; subtitle?: string; icon: IconName; href: string }[];
}

/** ⌘K: one line to type in, what it finds in groups, the arrows and Enter to go there. */
export function Palette(props: {
  open: boolean;
  onClose: () => void;
  text: string;
  onText: (text: string) => void;
  placeholder: string;
  groups: readonly PaletteGroup[];
  busy: boolean;
  /** Shown when there is nothing. */
  nothing: string;
  onGo: (href: string) => void;
}) {
  const { open, groups, onGo } = props;
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const flat = groups.flatMap((group) => group.items);
  const chosen = Math.min(at, Math.max(flat.length - 1, 0));
  // Enter comes faster than answers: it is kept until the hits are those for what was typed.
  const [eager, setEager] = useState(false);
  const old = groups.find((group) => group.items.some((item) => item === flat[chosen]))?.old ?? false;
  const optionId = (index: number) => `${id}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text begins at the first hit again.
  useEffect(() => {
    setAt(0);
    setEager(false);
  }, [props.text, open]);
  const go = useEffectEvent(() => {
    setEager(false);
    const item = flat[chosen];
    if (item) onGo(item.href);
  });
  useEffect(() => {
    if (eager && !old && !props.busy) go();
  }, [eager, old, props.busy]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (flat.length > 0) setAt((chosen + step + flat.length) % flat.length);
    }
    if (event.key === 'Enter') {
      const item = flat[chosen];
      if (old || (!item && props.busy)) setEager(true);
      else if (item) onGo(item.href);
    }
  };

  let index = -1;
  return (
    <Modal
      open={open}
      onCancel={props.onClose}
      footer={null}
      closable={false}
      title={<span className="q-hidden">{props.placeholder}</span>}
      width={600}
      style={{ top: 96 }}
      styles={{ header: { margin: 0 } }}
      destroyOnHidden
    >
      <div className="q-palette">
        <div className="q-palette-input">
          <Input
            variant="borderless"
            size="large"
            autoFocus
            prefix={<Icon name={props.busy ? 'jobs' : 'search'} spin={props.busy} />}
            value={props.text}
            placeholder={props.placeholder}
            onChange={(event) => props.onText(event.target.value)}
            onKeyDown={onKey}
            role="combobox"
            aria-expanded={flat.length > 0}
            aria-controls={id}
            aria-label={props.placeholder}
            aria-activedescendant={flat.length > 0 ? optionId(chosen) : undefined}
          />
        </div>
        <div className="q-palette-list" ref={list} id={id} role="listbox" aria-label={props.placeholder}>
          {flat.length === 0 && !props.busy && <p className="q-state-compact q-state">{props.nothing}</p>}
          {groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options with this role.
            <div key={group.key} role="group" aria-label={group.title}>
              <div className="q-palette-title" aria-hidden="true">
                {group.title}
              </div>
              {group.items.map((item) => {
                index++;
                const mine = index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard stays in the input (combobox pattern).
                  // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option.
                  <div
                    key={item.key}
                    id={optionId(mine)}
                    role="option"
                    aria-selected={mine === chosen}
                    className="q-palette-item"
                    onMouseMove={() => mine !== chosen && setAt(mine)}
                    onClick={() => onGo(item.href)}
                  >
                    <Icon name={item.icon} />
                    <span className="q-grow q-ellipsis">{item.title}</span>
                    {item.subtitle && <small className="q-ellipsis">{item.subtitle}</small>}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </Modal>
  );
}
