import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import zh from './locale/zh-CN.json';

const server = resolve(import.meta.dirname, '../../../../internal');
const sources = ['feature', 'app', 'platform'].flatMap((folder) =>
  readdirSync(join(server, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map((name) => join(server, folder, name)),
);

/** The objects that the server writes down, as its sources spell them: "tag:rule:" + id is tag.rule. */
const kinds = new Set(
  sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/Object: "([a-zA-Z.]+)(?::([a-zA-Z]+))?/g)].map(
      ([, kind = '', part]) => (part ? `${kind}.${part}` : kind),
    ),
  ),
);

const texts = sources.map((file) => readFileSync(file, 'utf8'));
const settings = texts.flatMap((text) =>
  [...text.matchAll(/web\.Sets\("([^"]+)"\)/g)].map(([, setting = '']) => setting),
);

describe('a setting whose changes can be looked up', () => {
  it('is found in the sources', () => expect(settings.length).toBeGreaterThan(5));
  it.each(settings)('%s is written down under that name', (setting) =>
    expect(texts.some((text) => text.includes(`Object: "${setting}`))).toBe(true),
  );
});

describe('what the log is about', () => {
  it('is found in the sources', () => expect(kinds.size).toBeGreaterThan(30));
  it.each([...kinds])('%s has a word of its own or of its kind', (kind) => {
    const known = [kind, kind.split('.')[0]].some((one) => `kind.${one}` in zh);
    expect(known).toBe(true);
  });
});
