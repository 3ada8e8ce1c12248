import { Button as KitButton, Upload } from 'antd';
import { useState } from 'react';
import { asProblem } from '@/api/problem';
import { uploadPicture } from '@/api/upload';
import { byteLength, formatBytes } from '@/lib/measure';
import { picture } from '@/lib/picture';
import { Dialog } from './Drawer';
import { ErrorView } from './ErrorView';
import { TextInput } from './fields';
import { Icon } from './Icon';
import { type MessageAttachment, messageLimits } from './message';
import { useT } from './strings';

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

  const line = (key: 'title' | 'desc' | 'url' | 'picture', maxBytes: number) => (
    <label className="q-attachment-line" htmlFor={`attachment-${key}`}>
      <span>{t(`attachment.${key}`)}</span>
      <TextInput
        id={`attachment-${key}`}
        value={draft[key]}
        onChange={(text) => set({ [key]: text.trimStart() })}
        maxBytes={maxBytes}
      />
      {wrong(key) && <em role="alert">{t(`attachment.${key}.wrong`)}</em>}
    </label>
  );

  return (
    <Dialog open onClose={props.onClose} title={t(`attachment.${draft.kind}`)}>
      <div className="q-stack">
        {draft.kind === 'link' ? (
          <>
            {line('url', messageLimits.urlBytes)}
            {line('title', messageLimits.linkTitleBytes)}
            {line('desc', messageLimits.linkDescBytes)}
            {line('picture', messageLimits.urlBytes)}
          </>
        ) : (
          <>
            <PictureChooser show={draft.show} onStored={set} />
            {wrong('url') && <em role="alert">{t('attachment.image.wrong')}</em>}
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
  if (a.kind === 'image') return isWebUrl(a.url) ? [] : ['url'];
  const within = (text: string | undefined, max: number) => byteLength(text ?? '') <= max;
  const flaws: (keyof MessageAttachment)[] = [];
  if (!isWebUrl(a.url) || !within(a.url, messageLimits.urlBytes)) flaws.push('url');
  if (!a.title?.trim() || !within(a.title, messageLimits.linkTitleBytes)) flaws.push('title');
  if (!within(a.desc, messageLimits.linkDescBytes)) flaws.push('desc');
  if (a.picture && !isWebUrl(a.picture)) flaws.push('picture');
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

function PictureChooser(props: {
  show: string | undefined;
  onStored: (picture: { url: string; show: string }) => void;
}) {
  const t = useT();
  const [state, setState] = useState<{ busy: boolean; error?: unknown; refusal?: string }>({ busy: false });
  const take = async (file: File) => {
    if (file.size > messageLimits.pictureBytes) {
      const words = { size: formatBytes(file.size), max: formatBytes(messageLimits.pictureBytes) };
      return setState({ busy: false, refusal: t('fileTooLarge', words) });
    }
    setState({ busy: true });
    try {
      props.onStored(await uploadPicture(file));
      setState({ busy: false });
    } catch (error) {
      // The one field is the file: its message says all that the problem says.
      const [field] = asProblem(error).fields;
      setState(field ? { busy: false, refusal: field.message } : { busy: false, error });
    }
  };
  return (
    <div className="q-stack">
      <Upload
        accept="image/jpeg,image/png"
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file);
          return false;
        }}
      >
        <KitButton icon={<Icon name="upload" />} loading={state.busy}>
          {props.show ? t('chooseOther') : t('chooseFile')}
        </KitButton>{' '}
        <span className="q-faint">{t('pictureLimit', { max: formatBytes(messageLimits.pictureBytes) })}</span>
      </Upload>
      {state.refusal && <em role="alert">{state.refusal}</em>}
      {state.error !== undefined && <ErrorView compact error={state.error} />}
      {props.show && <img src={picture(props.show)} alt={t('attachment.image')} className="q-phone-image" />}
    </div>
  );
}
