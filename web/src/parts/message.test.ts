import { describe, expect, it } from 'vitest';
import { attachmentFlaws } from './AttachmentDialog';
import { messageFlaw, splitVariables } from './message';

describe('a message', () => {
  it('is counted in bytes, as WeCom does: 1,333 Chinese characters fit, 1,334 do not', () => {
    expect(messageFlaw({ text: '好'.repeat(1333) })).toBeUndefined();
    expect(messageFlaw({ text: '好'.repeat(1334) })).toBe('textTooLong');
  });
  it('needs a text or an attachment, and holds nine', () => {
    const image = { kind: 'image', url: 'https://a/b' } as const;
    expect(messageFlaw({ text: ' \n' })).toBe('empty');
    expect(messageFlaw({ text: '', attachments: Array(9).fill(image) })).toBeUndefined();
    expect(messageFlaw({ text: '', attachments: Array(10).fill(image) })).toBe('tooManyAttachments');
  });
  it('shows its variables as what they stand for, and leaves other braces alone', () => {
    expect(splitVariables('{客户昵称}，你好 {x}', ['{客户昵称}'])).toEqual([
      { text: '{客户昵称}', variable: true },
      { text: '，你好 ', variable: false },
      { text: '{x}', variable: false },
    ]);
  });
});

describe('an attachment', () => {
  it('is complete when WeCom would take it', () => {
    expect(attachmentFlaws({ kind: 'link', url: 'https://a.cn/x', title: '标题' })).toEqual([]);
    expect(attachmentFlaws({ kind: 'image', url: 'https://wework.qpic.cn/x', show: '/x' })).toEqual([]);
  });
  it.each([
    [{ kind: 'link', url: 'javascript:alert(1)', title: 'a' }, ['url']],
    [{ kind: 'link', url: 'https://a.cn', title: ' ' }, ['title']],
    [{ kind: 'link', url: 'https://a.cn', title: '字'.repeat(43) }, ['title']],
    [
      { kind: 'link', url: 'https://a.cn', title: 'a', desc: 'x'.repeat(513), picture: 'a.png' },
      ['desc', 'picture'],
    ],
    [{ kind: 'image' }, ['url']],
  ] as const)('%j names what is wrong', (attachment, flaws) => {
    expect(attachmentFlaws(attachment)).toEqual(flaws);
  });
});
