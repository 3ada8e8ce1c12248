import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useFeedback } from '@/parts/Feedback';
import { useT } from './strings';
import { type Code, download, fileName } from './words';

/** Asks, with what it means for prints that hang on walls, and deletes; true when the code is gone. */
export function useRemove(): (code: Code) => Promise<boolean> {
  const t = useT();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  return (code) =>
    confirm({
      title: t('remove.title', { name: code.name }),
      detail: t('remove.detail', { n: code.counters.added }),
      action: t('remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/channelcode/codes/{id}', { params: { path: { id: code.id } } }));
        done(t('removed'));
        await client.invalidateQueries({ queryKey: ['channelcode', 'list'] });
      },
    });
}

/** Reads the picture of a code; throws a Problem while there is none. */
export async function fetchQr(code: Code): Promise<Blob> {
  const response = await fetch(code.qr ?? `/api/channelcode/codes/${code.id}/qr`, {
    credentials: 'same-origin',
  });
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

/** Downloads the bare QR code as PNG. */
export async function downloadQr(code: Code): Promise<void> {
  download(await fetchQr(code), fileName(code.name, 'qr'));
}
