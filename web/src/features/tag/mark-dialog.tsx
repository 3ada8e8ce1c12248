import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { CustomerActionProps } from '@/lib/customer-parts';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Form } from '@/parts/Form';
import { MarkFields, type Marks, noMarks } from './mark-fields';
import { useT } from './strings';

interface Values extends Marks {
  pairs: 'newest' | 'all';
}

/** Puts tags on the customers that were chosen, or takes them off, in the background. */
export default function MarkDialog({ selection, level, count, more, onClose, onDone }: CustomerActionProps) {
  const t = useT();
  const navigate = useNavigate();
  const { done } = useFeedback();
  const [pairs, setPairs] = useState(level === 'follow');
  const size = useQuery({
    queryKey: ['tag', 'runs', 'size', selection, pairs],
    queryFn: ({ signal }) => ok(api.POST('/api/tag/runs/size', { body: { selection, pairs }, signal })),
  });
  const n = size.data ? (pairs ? size.data.follows : size.data.customers) : count;
  return (
    <Dialog open onClose={onClose} title={t('mark.title', { n: count })} width={560}>
      <Form<Values>
        initial={{ ...noMarks, pairs: level === 'follow' ? 'all' : 'newest' }}
        submitLabel={t('mark')}
        onCancel={onClose}
        onSubmit={async (values) => {
          const run = await ok(
            api.POST('/api/tag/runs', {
              body: { selection, pairs: values.pairs === 'all', add: values.add, remove: values.remove },
            }),
          );
          done(t('mark.begun'));
          onDone();
          await navigate({ to: `/tag/runs/${run.id}` });
        }}
      >
        {(values) => (
          <>
            <MarkFields pairs={level === 'customer'} onPairs={setPairs} chosen={values.pairs} />
            <p className="q-faint" aria-live="polite">
              {size.data?.capped && n === 0
                ? t('mark.unknown')
                : t(pairs ? 'mark.follows' : 'mark.customers', { n })}
              {n > 0 && (more || size.data?.capped) && ` ${t('mark.more')}`}
            </p>
          </>
        )}
      </Form>
    </Dialog>
  );
}
