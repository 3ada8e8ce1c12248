import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { formatBytes } from '@/lib/measure';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { FileButton } from '@/parts/FileButton';
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
        <div className="tag-file">
          <FileButton label={t('import.file')} accept=".xlsx,.csv" onFiles={([chosen]) => setFile(chosen)}>
            {t('import.file')}
          </FileButton>
          {file && (
            <span>
              {file.name} <span className="q-faint">{formatBytes(file.size)}</span>
            </span>
          )}
        </div>
        <div className="tag-pairs">
          <p>{t('pairs')}</p>
          <Choice
            label={t('pairs')}
            value={pairs}
            onChange={setPairs}
            options={(['newest', 'all'] as const).map((value) => ({ value, label: t(`pairs.${value}`) }))}
          />
          <small className="q-faint">{t('pairs.hint')}</small>
        </div>
        <div className="q-row">
          <Button
            look="primary"
            onClick={send}
            disabled={!file}
            hint={file ? undefined : t('import.file.first')}
          >
            {t('import.read')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
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
