// Texts of apps: links and the little markup WeCom allows (documents 90236, markdown).
// Everything becomes elements; no markup of a message reaches the page as such.
import { html } from './view.js';

const link = /<a\s+href=["'](https?:\/\/[^"']+)["'][^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。）]+)/g;

/** Text without its markup. @param {string} [text] */
export const plain = (text = '') =>
  text
    .replace(/<[^>]+>/g, '')
    .replace(/[*#>`]+/g, '')
    .trim();

/**
 * Text in which links can be pressed. Without `open` they are only words, inside a
 * card that is one link itself.
 * @param {string} [text]
 * @param {((url: string) => void)|null} [open]
 */
export function rich(text = '', open = null) {
  const out = [];
  let last = 0;
  for (const found of text.matchAll(link)) {
    out.push(clean(text.slice(last, found.index)));
    const url = found[1] ?? found[3];
    const words = found[2] ?? found[3];
    out.push(
      open
        ? html`<button class="link" data-testid="text-link" onClick=${() => open(url)}>${words}</button>`
        : words,
    );
    last = found.index + found[0].length;
  }
  out.push(clean(text.slice(last)));
  return out;
}

/** Takes out the <div class="gray"> of cards, whose lines stay. */
const clean = (text) =>
  text
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/div>\s*(?=<div)/gi, '\n')
    .replace(/<\/?(div|span|font)\b[^>]*>/gi, '');

/** @param {string} [text] @param {(url: string) => void} open */
export function markdown(text = '', open) {
  return text.split('\n').map((line, i) => {
    const head = /^#{1,6}\s+(.*)/.exec(line);
    if (head) return html`<strong key=${i} class="mdhead">${inline(head[1], open)}</strong>`;
    const quote = /^>\s?(.*)/.exec(line);
    if (quote) return html`<span key=${i} class="mdquote">${inline(quote[1], open)}</span>`;
    return html`<span key=${i} class="mdline">${inline(line, open)}</span>`;
  });
}

const marks =
  /\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)|`([^`]+)`|<font color="(info|comment|warning)">([^<]*)<\/font>/g;

function inline(line, open) {
  const out = [];
  let last = 0;
  for (const m of line.matchAll(marks)) {
    out.push(clean(line.slice(last, m.index)));
    if (m[1]) out.push(html`<strong>${m[1]}</strong>`);
    else if (m[2])
      out.push(
        html`<button class="link" data-testid="text-link" onClick=${() => open(m[3])}>${m[2]}</button>`,
      );
    else if (m[4]) out.push(html`<code>${m[4]}</code>`);
    else out.push(html`<span class=${`md-${m[5]}`}>${m[6]}</span>`);
    last = m.index + m[0].length;
  }
  out.push(clean(line.slice(last)));
  return out;
}
