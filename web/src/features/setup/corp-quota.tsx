import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput } from '@/parts/fields';
import { useT } from './strings';

type Corp = components['schemas']['SetupCorpState'];

/** 调用配额: how many API calls a minute a corp may make, and its form. */
export function CorpQuota({ corp }: { corp: Corp }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [open, setOpen] = useState(false);
  const quota = corp.callsPerMinute;
  return (
    <span className="setup-copy">
      <span>{quota ? t('quota.calls', { n: quota }) : t('quota.none')}</span>
      <Button look="link" onClick={() => setOpen(true)}>
        {t('quota.set')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('quota.title', { name: corp.name })}>
        <Form<{ callsPerMinute: number | null }>
          initial={{ callsPerMinute: quota || null }}
          submitLabel={t('save')}
          onSubmit={async ({ callsPerMinute }) => {
            await ok(
              api.PUT('/api/setup/corps/{id}/quota', {
                params: { path: { id: corp.id } },
                body: { callsPerMinute: callsPerMinute ?? 0 },
              }),
            );
            setOpen(false);
            done(t('saved'));
            await client.invalidateQueries({ queryKey: ['setup', 'corps'] });
          }}
          onCancel={() => setOpen(false)}
        >
          <Field name="callsPerMinute" label={t('quota')} hint={t('quota.hint')}>
            <NumberInput min={60} most={1_000_000} unit={t('quota.unit')} />
          </Field>
        </Form>
      </Dialog>
    </span>
  );
}
