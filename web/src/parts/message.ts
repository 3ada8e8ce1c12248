import { byteLength } from '@/lib/measure';

/** What a person will receive: the server's content model (a text and up to nine attachments), field for field. */
export interface MessageContent {
  /** May hold the variables {客户昵称} and {成员姓名}. */
  text: string;
  attachments?: MessageAttachment[];
}

export type AttachmentKind = 'image' | 'link';

export interface MessageAttachment {
  kind: AttachmentKind;
  /** link: required. */
  title?: string;
  desc?: string;
  /** link: the page. image: WeCom's address of the uploaded picture. */
  url?: string;
  /** link: address of the cover. */
  picture?: string;
  /** image: where the console shows it from. */
  show?: string;
}

/** WeCom's limits of what members send to customers (developer.work.weixin.qq.com/document/path/92137); bytes are UTF-8. */
export const messageLimits = {
  textBytes: 4000,
  attachments: 9,
  linkTitleBytes: 128,
  linkDescBytes: 512,
  urlBytes: 2048,
  pictureBytes: 2 * 1024 * 1024,
} as const;

export const attachmentKinds: readonly AttachmentKind[] = ['image', 'link'];

/** What is still wrong with a message before it may be sent; the server checks the same. */
export type MessageFlaw = 'empty' | 'textTooLong' | 'tooManyAttachments';

export function messageFlaw(content: MessageContent): MessageFlaw | undefined {
  const count = content.attachments?.length ?? 0;
  if (content.text.trim() === '' && count === 0) return 'empty';
  if (byteLength(content.text) > messageLimits.textBytes) return 'textTooLong';
  if (count > messageLimits.attachments) return 'tooManyAttachments';
  return undefined;
}

/** A text split at its variables, so that they can be shown as what they stand for. */
export function splitVariables(
  text: string,
  variables: readonly string[],
): { text: string; variable: boolean }[] {
  const known = new Set(variables);
  return text
    .split(/(\{[^{}]+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => ({ text: piece, variable: known.has(piece) }));
}
