// Icons drawn by hand on a 24 × 24 field, as lines.
import { html } from './view.js';

/** @type {Record<string, string>} */
const drawings = {
  chat: 'M4 5h16v11H10l-4 4v-4H4z',
  contacts: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6M17 8h4M17 12h4M17 16h4',
  group:
    'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 19c0-3.5 2-5.5 5.5-5.5s5.5 2 5.5 5.5M15 13.7c4-.8 6.5 1.3 6.5 5.3',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 3-7 8-7s8 2 8 7',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M3 12h18',
  back: 'M15 4l-8 8 8 8',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M5 5l14 14M19 5L5 19',
  plus: 'M12 4v16M4 12h16',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.8-4.8',
  open: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  reload: 'M19 6v5h-5M19 11a7.5 7.5 0 1 0-1.5 5.5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  bell: 'M6 17V11a6 6 0 1 1 12 0v6l1.5 2h-15zM10 21h4',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
  key: 'M8 15a4 4 0 1 1 3.5-6H21v4h-3v3h-3v-3h-3.5A4 4 0 0 1 8 15z',
  tag: 'M4 4h8l8 8-8 8-8-8zM8 8h.01',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  send: 'M4 12l16-8-6 16-3-6z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  play: 'M8 5l11 7-11 7z',
};

/**
 * @param {{name: string, size?: number}} props
 */
export function Icon({ name, size = 20 }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width=${size} height=${size} fill="none" stroke="currentColor"
    stroke-width=${name === 'more' ? 3 : 1.8} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d=${drawings[name] ?? ''} />
  </svg>`;
}
