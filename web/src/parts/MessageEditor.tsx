import { Dropdown, Input, type InputRef, Button as KitButton } from 'antd';
import { useRef, useState } from 'react';
import { byteLength } from '@/lib/measure';
import { AttachmentDialog } from './AttachmentDialog';
import { growing } from './growing';
import { Icon, type IconName } from './Icon';
import {
  type AttachmentKind,
  attachmentKinds,
  type MessageAttachment,
  type MessageContent,
  messageLimits,
} from './message';
import { PhonePreview } from './PhonePreview';
import { useT } from './strings';
import './style/phone.css';

export interface MessageVariable {
  /** As it stands in the text: {客户昵称}. */
  token: string;
  /** On the button that inserts it. */
  label: string;
  /** In the preview. */
  example: string;
}

export interface MessageEditorProps {
  value?: MessageContent;
  onChange?: (content: MessageContent) => void;
  /** What may be attached; all kinds unless given. */
  kinds?: readonly AttachmentKind[];
  variables?: readonly MessageVariable[];
  /** Shows the phone beside the editor; leave it out when the form shows one itself. */
  preview?: boolean;
  /** Name of the member in the preview. */
  from?: string;
  id?: string;
  label?: string;
}

const icons: Record<AttachmentKind, IconName> = { image: 'image', link: 'link' };

/** Writes a message: a text with variables and a byte counter, and up to nine attachments. */
export function MessageEditor(props: MessageEditorProps) {
  const { value = { text: '' }, onChange, kinds = attachmentKinds, variables = [], preview } = props;
  const t = useT();
  const area = useRef<InputRef & { resizableTextArea?: { textArea: HTMLTextAreaElement } }>(null);
  const [editing, setEditing] = useState<{ at: number; attachment: MessageAttachment } | null>(null);
  const attachments = value.attachments ?? [];
  const change = (next: Partial<MessageContent>) => onChange?.({ ...value, ...next });

  const insert = (token: string) => {
    const element = area.current?.resizableTextArea?.textArea;
    const start = element?.selectionStart ?? value.text.length;
    const end = element?.selectionEnd ?? start;
    change({ text: value.text.slice(0, start) + token + value.text.slice(end) });
    element?.focus();
  };
  const place = (attachment: MessageAttachment) => {
    if (!editing) return;
    const next = [...attachments];
    next[editing.at] = attachment;
    change({ attachments: next });
    setEditing(null);
  };
  const move = (from: number, to: number) => {
    const next = [...attachments];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    change({ attachments: next });
  };

  const editor = (
    <div className="q-message">
      {variables.length > 0 && (
        <div className="q-row q-wrap">
          <span className="q-faint">{t('insert')}</span>
          {variables.map((variable) => (
            <KitButton key={variable.token} size="small" onClick={() => insert(variable.token)}>
              {variable.label}
            </KitButton>
          ))}
        </div>
      )}
      <Input.TextArea
        ref={area as never}
        id={props.id}
        value={value.text}
        aria-label={props.label ?? t('messageText')}
        placeholder={t('messageText.placeholder')}
        {...growing(5, 14)}
        status={byteLength(value.text) > messageLimits.textBytes ? 'error' : undefined}
        count={{
          show: ({ count, maxLength }) => t('bytes', { n: count, max: maxLength ?? 0 }),
          max: messageLimits.textBytes,
          strategy: byteLength,
        }}
        onChange={(event) => change({ text: event.target.value })}
      />
      <div className="q-attachments">
        {attachments.map((attachment, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no id; their order is their identity.
          <div className="q-attachment" key={i}>
            <Icon name={icons[attachment.kind]} />
            <span className="q-grow q-ellipsis">
              <span className="q-faint">{t(`attachment.${attachment.kind}`)} </span>
              {attachment.title || (attachment.kind === 'link' ? attachment.url : '')}
            </span>
            <KitButton
              type="text"
              size="small"
              aria-label={t('moveUp')}
              disabled={i === 0}
              icon={<Icon name="up" />}
              onClick={() => move(i, i - 1)}
            />
            <KitButton
              type="text"
              size="small"
              aria-label={t('moveDown')}
              disabled={i === attachments.length - 1}
              icon={<Icon name="fall" />}
              onClick={() => move(i, i + 1)}
            />
            <KitButton
              type="text"
              size="small"
              aria-label={t('edit')}
              icon={<Icon name="edit" />}
              onClick={() => setEditing({ at: i, attachment })}
            />
            <KitButton
              type="text"
              size="small"
              aria-label={t('remove')}
              icon={<Icon name="remove" />}
              onClick={() => change({ attachments: attachments.filter((_, at) => at !== i) })}
            />
          </div>
        ))}
      </div>
      <div className="q-row">
        <Dropdown
          trigger={['click']}
          disabled={attachments.length >= messageLimits.attachments}
          menu={{
            items: kinds.map((kind) => ({
              key: kind,
              label: t(`attachment.${kind}`),
              icon: <Icon name={icons[kind]} />,
            })),
            onClick: ({ key }) =>
              setEditing({ at: attachments.length, attachment: { kind: key as AttachmentKind } }),
          }}
        >
          <KitButton icon={<Icon name="add" />}>{t('addAttachment')}</KitButton>
        </Dropdown>
        <span className="q-faint q-num">
          {t('attachmentsOf', { n: attachments.length, max: messageLimits.attachments })}
        </span>
      </div>
      {editing && (
        <AttachmentDialog attachment={editing.attachment} onDone={place} onClose={() => setEditing(null)} />
      )}
    </div>
  );
  if (!preview) return editor;
  return (
    <div className="q-message-split">
      {editor}
      <PhonePreview
        content={value}
        from={props.from}
        variables={Object.fromEntries(variables.map(({ token, example }) => [token, example]))}
      />
    </div>
  );
}
