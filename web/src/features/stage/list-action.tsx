import { useState } from 'react';
import type { CustomerActionProps } from '@/lib/customer-parts';
import { Dialog } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { Field, Form } from '@/parts/Form';
import { Options } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { BulkDialog } from './bulk-dialog';
import { useFlows } from './data';
import { useT } from './strings';

/** Brings customers chosen in the customers' list into a stage; asks for the flow when there are several. */
export default function ListAction(props: CustomerActionProps) {
  const t = useT();
  const flows = useFlows();
  const [picked, setPicked] = useState<string>();
  const all = flows.data?.items ?? [];
  const flow = all.length === 1 ? all[0] : all.find((one) => one.id === picked);
  if (flow) {
    return (
      <BulkDialog
        flow={flow}
        selection={props.selection}
        count={props.more ? undefined : props.count}
        onClose={props.onClose}
        onDone={props.onDone}
      />
    );
  }
  return (
    <Dialog open onClose={props.onClose} title={t('bulk')}>
      {flows.isPending && <Waiting rows={2} />}
      {flows.data && all.length === 0 && <Empty compact title={t('noFlow')} hint={t('noFlow.hint')} />}
      {all.length > 0 && (
        <Form
          initial={{ flow: all[0]?.id ?? '' }}
          submitLabel={t('next')}
          onCancel={props.onClose}
          onSubmit={async (values) => setPicked(values.flow)}
        >
          <Field name="flow" label={t('flow')} required>
            <Options options={all.map((one) => ({ value: one.id, label: one.name }))} />
          </Field>
        </Form>
      )}
    </Dialog>
  );
}
