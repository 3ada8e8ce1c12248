import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { formatBytes } from '@/lib/measure';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput } from '@/parts/fields';
import { StateBadge } from '@/parts/StateBadge';
import { useT } from './strings';

type Corp = components['schemas']['SetupCorpState'];

const gigabyte = 1024 ** 3;

/** 配额: how many API calls a minute a corp may make, what it keeps in files, and their form. */
export function CorpQuota({ corp }: { corp: Corp }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [open, setOpen] = useState(false);
  const { callsPerMinute: quota, fileQuota, files } = corp;
  const used = formatBytes(files.bytes);
  return (
    <span className="setup-copy setup-line">
      <span>{quota ? t('quota.calls', { n: quota }) : t('quota.none')}</span>
      <span>
        {fileQuota
          ? t('quota.files', { used, most: formatBytes(fileQuota) })
          : t('quota.files.any', { used })}
      </span>
      {fileQuota > 0 && files.bytes >= fileQuota * 0.9 && (
        <StateBadge tone={files.bytes >= fileQuota ? 'bad' : 'warn'}>
          {t(files.bytes >= fileQuota ? 'quota.files.full' : 'quota.files.nearly')}
        </StateBadge>
      )}
      <Button look="link" onClick={() => setOpen(true)}>
        {t('quota.set')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('quota.title', { name: corp.name })}>
        <Form<{ callsPerMinute: number | null; files: number | null }>
          initial={{ callsPerMinute: quota || null, files: fileQuota / gigabyte || null }}
          submitLabel={t('save')}
          onSubmit={async ({ callsPerMinute, files: most }) => {
            await ok(
              api.PUT('/api/setup/corps/{id}/quota', {
                params: { path: { id: corp.id } },
                body: {
                  callsPerMinute: callsPerMinute ?? 0,
                  fileQuota: Math.round((most ?? 0) * gigabyte),
                },
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
          <Field name="files" label={t('quota.files.label')} hint={t('quota.files.hint')}>
            <NumberInput min={0.1} most={1024 ** 2} step={0.1} unit="GB" />
          </Field>
        </Form>
      </Dialog>
    </span>
  );
}
