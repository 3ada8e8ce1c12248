import type { ReactNode } from 'react';
import { picture } from '@/lib/picture';
import { Avatar } from './Avatar';
import { Icon } from './Icon';
import { type MessageAttachment, type MessageContent, splitVariables } from './message';
import { useT } from './strings';
import './style/phone.css';

export interface PhonePreviewProps {
  content: MessageContent;
  /** Whose name stands above the chat; "the member" when left out. */
  from?: string;
  /** What a variable stands for in the preview: {"{客户昵称}": "林小满"}. */
  variables?: Readonly<Record<string, string>>;
  /** Below the phone. */
  caption?: ReactNode;
}

/** How a message will look in the customer's WeChat, drawn live. */
export function PhonePreview({ content, from, variables = {}, caption }: PhonePreviewProps) {
  const t = useT();
  const name = from ?? t('preview.member');
  const attachments = content.attachments ?? [];
  const nothing = content.text.trim() === '' && attachments.length === 0;
  return (
    <figure className="q-phone" aria-label={t('preview')}>
      <div className="q-phone-screen">
        <header>
          <Icon name="left" />
          <strong>{name}</strong>
          <Icon name="more" />
        </header>
        <div className="q-phone-chat">
          {nothing && <p className="q-phone-none">{t('preview.nothing')}</p>}
          {content.text.trim() !== '' && (
            <Line name={name}>
              <p className="q-bubble">
                {splitVariables(content.text, Object.keys(variables)).map((piece, i) =>
                  piece.variable ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity.
                    <mark key={i}>{variables[piece.text]}</mark>
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity.
                    <span key={i}>{piece.text}</span>
                  ),
                )}
              </p>
            </Line>
          )}
          {attachments.map((attachment, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no id; their order is their identity.
            <Line key={i} name={name}>
              <Attached attachment={attachment} />
            </Line>
          ))}
        </div>
      </div>
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="q-phone-line">
      <Avatar name={name} size={32} />
      {children}
    </div>
  );
}

function Attached({ attachment }: { attachment: MessageAttachment }) {
  const t = useT();
  if (attachment.kind === 'image') {
    const src = attachment.show ?? attachment.url;
    return src ? (
      <img className="q-phone-image" src={picture(src)} alt={t('attachment.image')} />
    ) : (
      <span className="q-phone-blank">{t('attachment.image')}</span>
    );
  }
  return (
    <span className="q-phone-card">
      <strong>{attachment.title || t('attachment.link')}</strong>
      <span className="q-phone-card-row">
        <small>{attachment.desc || attachment.url}</small>
        {attachment.picture ? (
          <img src={picture(attachment.picture)} alt="" />
        ) : (
          <span className="q-phone-cover">
            <Icon name="link" />
          </span>
        )}
      </span>
    </span>
  );
}
