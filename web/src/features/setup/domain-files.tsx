import { type ChangeEvent, useRef } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
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
  const { done, problem } = useFeedback();
  const input = useRef<HTMLInputElement>(null);
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (!file) return;
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
              onClick={async () => {
                await ok(api.DELETE('/api/setup/files/{name}', { params: { path: { name: file.name } } }));
                await props.onSaved();
              }}
            />
          )}
        </span>
      ))}
      {props.write && (
        <span>
          <input
            ref={input}
            className="setup-file"
            type="file"
            accept=".txt,text/plain"
            aria-label={t('domain.upload')}
            tabIndex={-1}
            onChange={(event) => void take(event)}
          />
          <Button icon="upload" onClick={() => input.current?.click()}>
            {t('domain.upload')}
          </Button>
        </span>
      )}
    </>
  );
}
