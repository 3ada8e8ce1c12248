import { type ComponentType, lazy, Suspense, useState } from 'react';
import {
  type CustomerAction,
  type CustomerActionProps,
  type CustomerSelection,
  useCustomerActions,
} from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import { ActionMenu, Button } from '@/parts/Button';
import { type IconName, isIconName } from '@/parts/Icon';
import { useT } from './strings';

/** How many actions are buttons; the others stand in a menu. */
const buttons = 3;

/** What can be done with the customers that were chosen; features bring the actions (lib/customer-parts). */
export function CustomerActions(props: {
  on: 'list' | 'page';
  selection: CustomerSelection;
  level: 'customer' | 'follow';
  count: number;
  more?: boolean;
  onDone: () => void;
}) {
  const t = useT();
  const { text } = useI18n();
  const actions = useCustomerActions(props.on);
  const [open, setOpen] = useState<CustomerAction>();
  const icon = (action: CustomerAction): IconName | undefined =>
    action.icon !== undefined && isIconName(action.icon) ? action.icon : undefined;
  const Act = open && componentOf(open);
  return (
    <>
      {actions.slice(0, buttons).map((action) => (
        <Button
          key={action.key}
          size="small"
          look={action.danger ? 'danger' : 'default'}
          icon={icon(action)}
          onClick={() => setOpen(action)}
        >
          {text(action.label)}
        </Button>
      ))}
      {actions.length > buttons && (
        <ActionMenu
          label={t('actions.more')}
          actions={actions.slice(buttons).map((action) => ({
            key: action.key,
            label: text(action.label),
            icon: icon(action),
            danger: action.danger,
            onClick: () => setOpen(action),
          }))}
        />
      )}
      {Act && (
        <Suspense>
          <Act
            selection={props.selection}
            level={props.level}
            count={props.count}
            more={props.more ?? false}
            onClose={() => setOpen(undefined)}
            onDone={() => {
              setOpen(undefined);
              props.onDone();
            }}
          />
        </Suspense>
      )}
    </>
  );
}

const loaded = new Map<string, ComponentType<CustomerActionProps>>();

/** Each action's component once, so that it is not begun anew at every drawing. */
function componentOf(action: CustomerAction): ComponentType<CustomerActionProps> {
  let component = loaded.get(action.key);
  if (component === undefined) {
    component = lazy(action.load);
    loaded.set(action.key, component);
  }
  return component;
}
