import { useNavigate } from '@tanstack/react-router';
import type { CustomerActionProps } from '@/lib/customer-parts';
import { Dialog } from '@/parts/Drawer';
import { Planner } from './planner';
import { useT } from './strings';

/** Hands over the customers that were chosen in the list, or the one whose page is open. */
export default function HandDialog(props: CustomerActionProps) {
  const t = useT();
  const navigate = useNavigate();
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t(props.more ? 'hand.titleMore' : 'hand.title', { n: props.count })}
      width={760}
    >
      <Planner
        from={[]}
        chosen={props.selection}
        onBegun={(id) => {
          props.onDone();
          void navigate({ to: `/transfer/records/${id}` });
        }}
        onCancel={props.onClose}
      />
    </Dialog>
  );
}
