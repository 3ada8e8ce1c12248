import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { FileButton } from '@/parts/FileButton';
import type { Connection } from './connection-page';
import { useT } from './strings';

/** The files by which WeCom checks whose the domain is. */
export function DomainFiles(props: {
  files: Connection['files'];
  publicUrl: string;
  write: boolean;
  onSaved: () => Promise<unknown>;
}) {
  const t = useT();
  const { confirm, done, problem } = useFeedback();
  const take = async (file: File) => {
    try {
      // A file of WeCom's has some sixteen letters; anything longer is another file.
      const content = await file.slice(0, 400).text();
      await ok(api.POST('/api/setup/files', { body: { name: file.name, content: content || ' ' } }));
      done(t('domain.uploaded'));
      await props.onSaved();
    } catch (error) {
      problem(error);
    }
  };
  const remove = (name: string) =>
    confirm({
      title: t('domain.remove.title', { name }),
      detail: t('domain.remove.detail'),
      action: t('domain.remove.action'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/setup/files/{name}', { params: { path: { name } } }));
        await props.onSaved();
      },
    });
  return (
    <>
      {props.files.map((file) => (
        <span key={file.name} className="setup-copy">
          <a href={`${props.publicUrl}/${file.name}`} target="_blank" rel="noreferrer">
            {file.name}
          </a>
          {props.write && (
            <Button
              size="small"
              look="quiet"
              icon="remove"
              hint={t('domain.remove')}
              onClick={() => remove(file.name)}
            />
          )}
        </span>
      ))}
      {props.write && (
        <FileButton
          label={t('domain.upload')}
          accept=".txt,text/plain"
          onFiles={([file]) => file && take(file)}
        >
          {t('domain.upload')}
        </FileButton>
      )}
    </>
  );
}
