import { Button as KitButton, Upload } from 'antd';
import { useState } from 'react';
import { fileUrl, uploadFile } from '@/api/upload';
import { byteLength, formatBytes } from '@/lib/measure';
import { Dialog } from './Drawer';
import { ErrorView } from './ErrorView';
import { TextInput } from './fields';
import { Icon } from './Icon';
import { type MessageAttachment, messageLimits } from './message';
import { useT } from './strings';

const uploads = {
  image: { accept: 'image/jpeg,image/png', limit: messageLimits.imageBytes },
  miniprogram: { accept: 'image/jpeg,image/png', limit: messageLimits.imageBytes },
  video: { accept: 'video/mp4', limit: messageLimits.videoBytes },
  file: { accept: undefined, limit: messageLimits.fileBytes },
} as const;

/** One attachment's details; hands it back only when it is complete. */
export function AttachmentDialog(props: {
  attachment: MessageAttachment;
  onDone: (attachment: MessageAttachment) => void;
  onClose: () => void;
}) {
  const t = useT();
  const [draft, setDraft] = useState(props.attachment);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<MessageAttachment>) => setDraft((before) => ({ ...before, ...change }));
  const flaws = attachmentFlaws(draft);
  const wrong = (key: keyof MessageAttachment) => tried && flaws.includes(key);

  const line = (key: 'title' | 'desc' | 'url' | 'picture' | 'appid' | 'page', maxBytes?: number) => (
    <label className="q-attachment-line">
      <span>{t(`attachment.${key}`)}</span>
      <TextInput
        value={draft[key]}
        onChange={(text) => set({ [key]: text.trimStart() })}
        maxBytes={maxBytes}
        label={t(`attachment.${key}`)}
      />
      {wrong(key) && <em role="alert">{t(`attachment.${key}.wrong`)}</em>}
    </label>
  );

  return (
    <Dialog open onClose={props.onClose} title={t(`attachment.${draft.kind}`)}>
      <div className="q-stack">
        {draft.kind === 'link' && (
          <>
            {line('url', messageLimits.urlBytes)}
            {line('title', messageLimits.linkTitleBytes)}
            {line('desc', messageLimits.linkDescBytes)}
            {line('picture', messageLimits.urlBytes)}
          </>
        )}
        {draft.kind === 'miniprogram' && (
          <>
            {line('title', messageLimits.miniTitleBytes)}
            {line('appid')}
            {line('page')}
          </>
        )}
        {draft.kind !== 'link' && (
          <>
            <FileChooser
              kind={draft.kind}
              blob={draft.blob}
              name={draft.name}
              onStored={(blob, name) => set({ blob, name })}
            />
            {wrong('blob') && <em role="alert">{t('attachment.blob.wrong')}</em>}
          </>
        )}
        <div className="q-row">
          <KitButton
            type="primary"
            onClick={() => {
              setTried(true);
              if (flaws.length === 0) props.onDone(draft);
            }}
          >
            {t('use')}
          </KitButton>
          <KitButton onClick={props.onClose}>{t('cancel')}</KitButton>
        </div>
      </div>
    </Dialog>
  );
}

/** The fields of an attachment that WeCom would refuse. */
export function attachmentFlaws(a: MessageAttachment): (keyof MessageAttachment)[] {
  const flaws: (keyof MessageAttachment)[] = [];
  const need = (key: keyof MessageAttachment, ok: boolean) => {
    if (!ok) flaws.push(key);
  };
  const within = (text: string | undefined, max: number) => byteLength(text ?? '') <= max;
  switch (a.kind) {
    case 'link':
      need('url', isWebUrl(a.url) && within(a.url, messageLimits.urlBytes));
      need('title', Boolean(a.title?.trim()) && within(a.title, messageLimits.linkTitleBytes));
      need('desc', within(a.desc, messageLimits.linkDescBytes));
      need('picture', !a.picture || isWebUrl(a.picture));
      break;
    case 'miniprogram':
      need('title', Boolean(a.title?.trim()) && within(a.title, messageLimits.miniTitleBytes));
      need('appid', Boolean(a.appid?.trim()));
      need('page', Boolean(a.page?.trim()));
      need('blob', Boolean(a.blob));
      break;
    case 'image':
      need('blob', Boolean(a.blob ?? a.url));
      break;
    default:
      need('blob', Boolean(a.blob));
  }
  return flaws;
}

function isWebUrl(text: string | undefined): boolean {
  try {
    const url = new URL(text ?? '');
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== '';
  } catch {
    return false;
  }
}

function FileChooser(props: {
  kind: keyof typeof uploads;
  blob: string | undefined;
  name: string | undefined;
  onStored: (blob: string, name: string) => void;
}) {
  const t = useT();
  const [state, setState] = useState<{ busy: boolean; error?: unknown; tooLarge?: string }>({ busy: false });
  const { accept, limit } = uploads[props.kind];
  const take = async (file: File) => {
    if (file.size > limit) {
      setState({
        busy: false,
        tooLarge: t('fileTooLarge', { size: formatBytes(file.size), max: formatBytes(limit) }),
      });
      return;
    }
    setState({ busy: true });
    try {
      const stored = await uploadFile(file);
      props.onStored(stored.blob, stored.name || file.name);
      setState({ busy: false });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <div className="q-stack">
      <Upload
        accept={accept}
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file);
          return false;
        }}
      >
        <KitButton icon={<Icon name="upload" />} loading={state.busy}>
          {props.blob ? t('chooseOther') : t('chooseFile')}
        </KitButton>{' '}
        <span className="q-faint">{props.name ?? t('fileLimit', { max: formatBytes(limit) })}</span>
      </Upload>
      {state.tooLarge && <em role="alert">{state.tooLarge}</em>}
      {state.error !== undefined && <ErrorView compact error={state.error} />}
      {props.blob && props.kind !== 'file' && props.kind !== 'video' && (
        <img src={fileUrl(props.blob)} alt={props.name ?? ''} className="q-phone-image" />
      )}
    </div>
  );
}
