import type { CustomerActionProps } from '@/lib/customer-parts';
import { RequestDialog } from './request-dialog';

/** Opens the dialog for the customer whose page is shown. */
export default function CustomerDialog({ selection, onClose, onDone }: CustomerActionProps) {
  const customer = selection.customers?.[0];
  return customer === undefined ? null : (
    <RequestDialog customer={customer} onClose={onClose} onDone={onDone} />
  );
}
