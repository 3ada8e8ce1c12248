/** Posters: a code's picture with a name and a line of words, drawn on a canvas for print. */

export type PosterLook = 'clean' | 'sunny' | 'ink' | 'desk';
export const posterLooks: readonly PosterLook[] = ['clean', 'sunny', 'ink', 'desk'];

export interface PosterText {
  title: string;
  slogan: string;
  /** Below the code: what to do. */
  call: string;
  /** At the foot: who speaks. */
  sender: string;
}

interface Paper {
  width: number;
  height: number;
}

/** Pixels; 1080 × 1620 is A5 at 185 dpi, the desk card is A5 lying down. */
export function paperOf(look: PosterLook): Paper {
  return look === 'desk' ? { width: 1620, height: 1080 } : { width: 1080, height: 1620 };
}

const family =
  '"PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

/** Signs that may not begin a line (避头尾). */
const neverFirst = /^[，。、；：！？）】》」』〉”’…—,.;:!?)\]}%]/u;
/** Signs that may not end one. */
const neverLast = /[（【《「『〈“‘([{]$/u;

/**
 * Breaks a text into lines no wider than `width`: between any two Chinese signs,
 * but never inside a Latin word or number that fits, and no line begins with a
 * closing mark or ends with an opening one. What remains after `most` lines is
 * cut, with an ellipsis.
 */
export function wrap(text: string, width: number, measure: (text: string) => number, most: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const piece of pieces(paragraph, width, measure)) {
      if (line === '' || measure(line + piece) <= width) {
        line += piece;
        continue;
      }
      let carried = piece.trimStart();
      // A closing mark pulls the sign before it down; an opening one goes down itself.
      while (line.length > 1 && (neverFirst.test(carried) || neverLast.test(line))) {
        const signs = [...line];
        carried = (signs.pop() ?? '') + carried;
        line = signs.join('');
      }
      lines.push(line.trimEnd());
      line = carried;
    }
    lines.push(line.trimEnd());
  }
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  let last = [...(kept[most - 1] ?? '')];
  while (last.length > 0 && measure(`${last.join('')}…`) > width) last = last.slice(0, -1);
  kept[most - 1] = `${last.join('')}…`;
  return kept;
}

/** Units that stay together: a Latin word or number, else a single sign; a word wider than the line is broken anyway. */
function pieces(text: string, width: number, measure: (text: string) => number): string[] {
  const words = text.match(/[\p{Script=Latin}\p{N}@#&'’+_./-]+|\s+|./gu) ?? [];
  return words.flatMap((word) => (measure(word) > width ? [...word] : [word]));
}

/** Draws the poster at its full size onto the canvas. */
export function drawPoster(
  canvas: HTMLCanvasElement,
  look: PosterLook,
  text: PosterText,
  qr: CanvasImageSource & { width: number },
): void {
  const { width, height } = paperOf(look);
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('this browser has no canvas');
  pen.textAlign = 'center';
  pen.textBaseline = 'alphabetic';
  drawers[look](pen, text, qr);
}

type Pen = CanvasRenderingContext2D;
type Draw = (pen: Pen, text: PosterText, qr: CanvasImageSource & { width: number }) => void;

const drawers: Record<PosterLook, Draw> = {
  clean: (pen, text, qr) => {
    fill(pen, '#ffffff', 1080, 1620);
    pen.fillStyle = '#2457d6';
    pen.fillRect(0, 0, 1080, 18);
    const end = column(pen, text, {
      x: 540,
      top: 190,
      width: 860,
      title: '#1b2130',
      slogan: '#475066',
      align: 'center',
    });
    const top = Math.max(end + 70, 560);
    panel(pen, 540 - 330, top, 660, '#ffffff', '#d3d9e4');
    picture(pen, qr, 540 - 290, top + 40, 580);
    foot(pen, text, 540, top + 660 + 90, '#1b2130', 1620 - 80, '#5f6880');
  },
  sunny: (pen, text, qr) => {
    const ground = pen.createLinearGradient(0, 0, 1080, 1620);
    ground.addColorStop(0, '#ff9a5a');
    ground.addColorStop(1, '#e2466a');
    fill(pen, ground, 1080, 1620);
    pen.fillStyle = 'rgb(255 255 255 / 14%)';
    circle(pen, 960, 120, 300);
    circle(pen, 60, 1500, 360);
    const end = column(pen, text, {
      x: 540,
      top: 200,
      width: 860,
      title: '#ffffff',
      slogan: '#fff3ea',
      align: 'center',
    });
    const top = Math.max(end + 70, 570);
    panel(pen, 540 - 330, top, 660, '#ffffff');
    picture(pen, qr, 540 - 280, top + 50, 560);
    foot(pen, text, 540, top + 660 + 90, '#ffffff', 1620 - 80, '#ffe9dc');
  },
  ink: (pen, text, qr) => {
    fill(pen, '#12203a', 1080, 1620);
    pen.strokeStyle = '#c9a868';
    pen.lineWidth = 3;
    pen.strokeRect(44, 44, 992, 1532);
    pen.fillStyle = '#c9a868';
    pen.fillRect(120, 168, 84, 8);
    const end = column(pen, text, {
      x: 120,
      top: 280,
      width: 840,
      title: '#f6efe0',
      slogan: '#b9c4d8',
      align: 'left',
    });
    const top = Math.max(end + 70, 620);
    panel(pen, 540 - 310, top, 620, '#ffffff');
    picture(pen, qr, 540 - 270, top + 40, 540);
    foot(pen, text, 540, top + 620 + 90, '#f6efe0', 1620 - 90, '#c9a868');
  },
  desk: (pen, text, qr) => {
    fill(pen, '#f3f6fc', 1620, 1080);
    pen.fillStyle = '#17694a';
    pen.fillRect(0, 0, 860, 1080);
    column(pen, text, { x: 100, top: 330, width: 670, title: '#ffffff', slogan: '#d5eadf', align: 'left' });
    pen.textAlign = 'left';
    write(pen, text.sender, 100, 980, 34, '#a9d3bf', 400, 670);
    pen.textAlign = 'center';
    panel(pen, 1240 - 290, 180, 580, '#ffffff', '#dfe6f1');
    picture(pen, qr, 1240 - 250, 220, 500);
    write(pen, text.call, 1240, 860, 44, '#17352a', 600, 640);
  },
};

function fill(pen: Pen, ground: string | CanvasGradient, width: number, height: number) {
  pen.fillStyle = ground;
  pen.fillRect(0, 0, width, height);
}

function circle(pen: Pen, x: number, y: number, radius: number) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fill();
}

/** The white square that scanners want around a code, with round corners. */
function panel(pen: Pen, x: number, y: number, size: number, ground: string, line?: string) {
  pen.beginPath();
  pen.roundRect(x, y, size, size, 36);
  pen.fillStyle = ground;
  pen.fill();
  if (!line) return;
  pen.strokeStyle = line;
  pen.lineWidth = 3;
  pen.stroke();
}

/** A code that is drawn much larger than it came keeps its hard edges. */
function picture(pen: Pen, qr: CanvasImageSource & { width: number }, x: number, y: number, size: number) {
  pen.imageSmoothingEnabled = qr.width > size / 2;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(qr, x, y, size, size);
}

/** Title and slogan below one another; tells where they end. */
function column(
  pen: Pen,
  text: PosterText,
  at: { x: number; top: number; width: number; title: string; slogan: string; align: 'center' | 'left' },
): number {
  pen.textAlign = at.align;
  let y = at.top;
  const size = [...text.title].length > 10 ? 76 : 92;
  pen.font = `700 ${size}px ${family}`;
  pen.fillStyle = at.title;
  for (const line of wrap(text.title, at.width, (s) => pen.measureText(s).width, 2)) {
    pen.fillText(line, at.x, y);
    y += size * 1.3;
  }
  pen.font = `400 44px ${family}`;
  pen.fillStyle = at.slogan;
  for (const line of wrap(text.slogan, at.width, (s) => pen.measureText(s).width, 3)) {
    pen.fillText(line, at.x, y);
    y += 66;
  }
  pen.textAlign = 'center';
  return y - 66;
}

function foot(pen: Pen, text: PosterText, x: number, y: number, ink: string, last: number, faint: string) {
  write(pen, text.call, x, y, 46, ink, 600, 900);
  write(pen, text.sender, x, last, 34, faint, 400, 900);
}

/** One line; what is too long is cut. */
function write(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  size: number,
  ink: string,
  weight: number,
  width: number,
) {
  pen.font = `${weight} ${size}px ${family}`;
  pen.fillStyle = ink;
  const [line = ''] = wrap(text, width, (s) => pen.measureText(s).width, 1);
  pen.fillText(line, x, y);
}
