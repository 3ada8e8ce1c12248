import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { mixed, palette } from './palette';

/** Relative luminance of a colour (WCAG 2.2). */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['surface', 'raised', 'ground', 'head', 'hover', 'chosen'] as const;
const texts = ['ink', 'soft', 'faint', 'hint', 'link', 'success', 'warning', 'danger'] as const;
const badges = [
  ['success', 'success-soft'],
  ['warning', 'warning-soft'],
  ['danger', 'danger-soft'],
  ['link', 'info-soft'],
  ['soft', 'muted-soft'],
  ['faint', 'muted-soft'],
] as const;

for (const [scheme, colours] of Object.entries(palette)) {
  it(`${scheme}: every text can be read on every ground (WCAG AA)`, () => {
    const pairs = [
      ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
      ...badges,
    ].map(([text, ground]) => [text, ground, contrast(colours[text], colours[ground])] as const);
    const white = (['primary', 'primary-hover', 'alarm'] as const).map(
      (ground) => ['white', ground, contrast('#ffffff', colours[ground])] as const,
    );
    expect(
      [...pairs, ...white]
        .filter(([, , ratio]) => ratio < 4.5)
        .map(([t, g, r]) => `${t} on ${g}: ${r.toFixed(2)}`),
    ).toEqual([]);
  });
}

it('mixes a colour with its ground', () => {
  expect(mixed('#000000', '#ffffff')).toBe('#999999');
  expect(mixed('#ffffff', '#000000')).toBe('#666666');
});

it('every colour that a style sheet names is there', () => {
  const src = resolve(import.meta.dirname, '..');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(css|tsx)$/.test(name))
    .map((name) => [name, readFileSync(join(src, name), 'utf8')] as const);
  const known = new Set([
    ...Object.keys(palette.light).map((name) => `--q-${name}`),
    ...files.flatMap(([, text]) => [...text.matchAll(/^\s*(--q-[\w-]+):/gm)].map(([, name = '']) => name)),
  ]);
  const missing = files.flatMap(([file, text]) =>
    [...text.matchAll(/var\((--q-[\w-]+)/g)]
      .filter(([, name = '']) => !known.has(name))
      .map(([, name]) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});
