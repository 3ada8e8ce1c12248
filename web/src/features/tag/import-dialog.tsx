import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Choice } from '@/parts/fields';
import { useT } from './strings';

/** Reads a list; what it means is looked at on the page of the draft before anything is done. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { problem } = useFeedback();
  const [file, setFile] = useState<File>();
  const [pairs, setPairs] = useState<'newest' | 'all'>('newest');
  const send = async () => {
    if (!file) return;
    try {
      const content = await base64(file);
      const run = await ok(
        api.POST('/api/tag/runs/file', {
          body: { name: file.name.slice(0, 120), content, pairs: pairs === 'all' },
        }),
      );
      await client.invalidateQueries({ queryKey: ['tag', 'runs'] });
      await navigate({ to: `/tag/runs/${run.id}` });
    } catch (error) {
      problem(error);
    }
  };
  return (
    <Dialog open onClose={onClose} title={t('import')} width={560}>
      <div className="q-stack">
        <p>{t('import.meaning')}</p>
        <label className="tag-file">
          <span>{t('import.file')}</span>
          <input type="file" accept=".xlsx,.csv" onChange={(event) => setFile(event.target.files?.[0])} />
        </label>
        <div>
          <p>{t('pairs')}</p>
          <Choice
            label={t('pairs')}
            value={pairs}
            onChange={setPairs}
            options={(['newest', 'all'] as const).map((value) => ({ value, label: t(`pairs.${value}`) }))}
          />
        </div>
        <div className="tag-foot">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" onClick={send} disabled={!file}>
            {t('import.read')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.readAsDataURL(file);
  });
}
