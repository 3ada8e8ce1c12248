import { Link } from '@tanstack/react-router';
import { Drawer as KitDrawer, Modal } from 'antd';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { useFeedback } from './Feedback';
import { Icon } from './Icon';
import { useT } from './strings';

interface Guard {
  /** Tells the drawer whether what it holds has unsaved changes. */
  setDirty(dirty: boolean): void;
}
const GuardContext = createContext<Guard | null>(null);

/** Lets a form inside a drawer or dialog tell that closing would lose something. */
export function useEnclosingGuard(): Guard | null {
  return useContext(GuardContext);
}

function useGuardedClose(open: boolean, onClose: () => void) {
  const dirty = useRef(false);
  const { confirm } = useFeedback();
  const t = useT();
  useEffect(() => {
    if (!open) dirty.current = false;
  }, [open]);
  const guard = useMemo<Guard>(
    () => ({
      setDirty: (value) => {
        dirty.current = value;
      },
    }),
    [],
  );
  const close = async () => {
    const leave =
      !dirty.current ||
      (await confirm({
        title: t('leave.title'),
        detail: t('leave.detail'),
        action: t('leave.action'),
        danger: true,
      }));
    if (leave) onClose();
  };
  return { guard, close };
}

export interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** The full page of the same thing. */
  href?: string;
  actions?: ReactNode;
  /** Pixels; narrower screens give all they have. */
  width?: number;
  children: ReactNode;
}

/** Slides in from the right; closing asks when a form inside has changes. */
export function Drawer(props: DrawerProps) {
  const t = useT();
  const { guard, close } = useGuardedClose(props.open, props.onClose);
  return (
    <KitDrawer
      open={props.open}
      onClose={() => void close()}
      title={<h2 className="q-over-title">{props.title}</h2>}
      size={Math.min(props.width ?? 640, window.innerWidth)}
      destroyOnHidden
      extra={
        <span className="q-row">
          {props.actions}
          {props.href && (
            <Link to={props.href} className="q-row">
              {t('fullPage')} <Icon name="open" />
            </Link>
          )}
        </span>
      }
    >
      <GuardContext value={guard}>{props.children}</GuardContext>
    </KitDrawer>
  );
}

/** A dialog for a short task; long forms go to a page or a drawer. Closing asks when a form inside has changes. */
export function Dialog(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  width?: number;
  /** Shows what nobody can show again: closed by its own button alone, never by a click beside it or by Escape. */
  once?: boolean;
}) {
  const { guard, close } = useGuardedClose(props.open, props.onClose);
  return (
    <Modal
      open={props.open}
      onCancel={() => void close()}
      title={<h2 className="q-over-title">{props.title}</h2>}
      width={props.width ?? 520}
      footer={null}
      destroyOnHidden
      {...(props.once ? { closable: false, keyboard: false, mask: { closable: false } } : {})}
    >
      <GuardContext value={guard}>{props.children}</GuardContext>
    </Modal>
  );
}
