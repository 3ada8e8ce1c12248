import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Catalogue, gather, placeOf } from '@/lib/translate';

const src = resolve(import.meta.dirname, '..');
const everything = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((name) => join(src, name));
const sources = everything.filter((file) => /\.tsx?$/.test(file) && !/\.(test\.tsx?|d\.ts)$/.test(file));

/** The folder that a file's texts are named after: src/features/churn/list.tsx is churn's, src/parts/Page.tsx the parts'. */
function ownerOf(file: string): string {
  const [layer = '', second = ''] = relative(src, file).split(sep);
  return layer === 'features' || second === 'pocket' ? second : layer;
}

const files = everything
  .filter((file) => file.endsWith(`${sep}zh-CN.json`))
  .map((file): [string, Catalogue] => [ownerOf(file), JSON.parse(readFileSync(file, 'utf8')) as Catalogue]);
const catalogue = gather(Object.fromEntries(files));
const keys = Object.keys(catalogue);

/** A key as the code writes it, with `*` where the code fills something in. */
interface Mention {
  file: string;
  key: string;
}

/** What stands first in the brackets of a call, be it a literal, a template or a choice between literals. */
function firstArguments(code: string, name: string): string[] {
  const calls = code.matchAll(
    new RegExp(
      `(?<![\\w.])${name}\\(\\s*(\`[^\`]*\`|'[^']*'|[\\w.!]+(?: [=!]==? '[^']*')? \\? '[^']*' : '[^']*')`,
      'g',
    ),
  );
  return [...calls].flatMap(([, argument = '']) =>
    argument.startsWith('`')
      ? [argument.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, '*')]
      : [...argument.replace(/^.*? \? /s, '').matchAll(/'([^']*)'/g)].map(([, key = '']) => key),
  );
}

/** Every key that a file asks for: of its own folder by t(), of the whole catalogue by text() and in what it hands to the frame. */
function mentionsOf(file: string, code: string): Mention[] {
  const owner = ownerOf(file);
  const own = firstArguments(code, 't').map((key) => placeOf(owner, key));
  const whole = ['text', 'say'].flatMap((name) => firstArguments(code, name));
  const handed = /features.\w+.(?:admin|customer-parts)\.tsx?$/.test(file)
    ? [...code.matchAll(/\b(?:title|label): '([^']+)'/g)].map(([, key = '']) => key)
    : [];
  return [...own, ...whole, ...handed].map((key) => ({ file: relative(src, file), key }));
}

/** Whether the catalogue has the key, or for a key that is put together at least one that fits. */
function known(key: string): boolean {
  if (!key.includes('*')) return key in catalogue;
  const parts = key.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.+')}$`);
  return keys.some((one) => form.test(one));
}

describe('keys', () => {
  it('have one place each: no folder speaks for another', () => {
    const places = new Map<string, string[]>();
    for (const [owner, file] of files) {
      for (const key of Object.keys(file)) {
        const place = placeOf(owner, key);
        places.set(place, [...(places.get(place) ?? []), owner]);
      }
    }
    expect([...places].filter(([, owners]) => owners.length > 1)).toEqual([]);
  });

  it('are all found by their own folder, those too that begin like the things of the server', () => {
    const lost = files.flatMap(([owner, file]) =>
      Object.entries(file).flatMap(([key, text]) =>
        catalogue[placeOf(owner, key)] === text ? [] : [`${owner}: ${key}`],
      ),
    );
    expect(lost).toEqual([]);
  });

  it('that the code names are there', () => {
    const mentions = sources.flatMap((file) => mentionsOf(file, readFileSync(file, 'utf8')));
    expect(mentions.length).toBeGreaterThan(1000);
    expect(mentions.filter(({ key }) => !known(key))).toEqual([]);
  });

  it.each([
    ["t('no.such')", 'churn.no.such'],
    ["t('menu.no.such')", 'menu.no.such'],
    ["t(busy ? 'no.such' : 'title')", 'churn.no.such'],
    ["t(kind === 'lost' ? 'title' : 'no.such')", 'churn.no.such'],
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: code that a test reads.
    ['t(`no.${such}`)', 'churn.no.*'],
    ["text('churn.no.such')", 'churn.no.such'],
    ['text(`no.${such}.such`)', 'no.*.such'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: code that a test reads.
  ])('would be missed: %s', (code, key) => {
    const missing = mentionsOf(join(src, 'features/churn/list.tsx'), code).filter((one) => !known(one.key));
    expect(missing.map((one) => one.key)).toEqual([key]);
  });
});
