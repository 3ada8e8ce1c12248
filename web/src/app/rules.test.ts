import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '..');

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path, ending);
    return ending.test(name) ? [path] : [];
  });
}

const sources = filesBelow(src, /\.tsx?$/).filter((file) => !file.endsWith('.d.ts'));
const tested = sources.filter((file) => !/\.test\.tsx?$/.test(file));

interface Place {
  layer: string;
  feature: string | undefined;
}

/** src/features/churn/list.tsx is of the layer "features" and the feature "churn". */
function placeOf(file: string): Place {
  const [layer = '', second] = relative(src, file).split(sep);
  return { layer, feature: layer === 'features' ? second : undefined };
}

/** What a file of a layer may import, and why not the rest. */
const allowed: Record<string, readonly string[]> = {
  // The little that lib needs of api is a type of the server's answers and the query cache's keys.
  lib: ['lib', 'api'],
  api: ['api', 'lib'],
  parts: ['parts', 'lib', 'api'],
  features: ['features', 'parts', 'lib', 'api'],
  app: ['app', 'features', 'parts', 'lib', 'api'],
};

const kit = ['antd', '@ant-design/icons', 'echarts', 'dayjs'];

/** Every import of a file, static, dynamic or of types only. */
function importsOf(code: string): string[] {
  const found = code.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm);
  return [...found].map(([, name]) => name ?? '');
}

/** Why this import is not allowed, or undefined. */
function offence(file: string, name: string): string | undefined {
  const from = placeOf(file);
  if (kit.some((one) => name === one || name.startsWith(`${one}/`))) {
    return from.layer === 'parts'
      ? undefined
      : `only parts import the kit (${name}), so that it can be changed in one place`;
  }
  const target = name.startsWith('@/')
    ? join(src, name.slice(2))
    : name.startsWith('.')
      ? resolve(dirname(file), name)
      : undefined;
  if (target === undefined) return undefined;
  const to = placeOf(target);
  if (!allowed[from.layer]?.includes(to.layer))
    return `${from.layer} must not import ${to.layer}: imports go lib, api, parts → features → app`;
  if (from.feature !== undefined && to.feature !== undefined && from.feature !== to.feature) {
    return `feature ${from.feature} must not import feature ${to.feature}: each can be left out`;
  }
  return undefined;
}

describe('imports', () => {
  it('go one way, and features do not know one another', () => {
    const offences = tested.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8')).flatMap((name) => {
        const why = offence(file, name);
        return why ? [`${relative(src, file)} imports ${name}: ${why}`] : [];
      }),
    );
    expect(offences).toEqual([]);
  });

  it.each([
    ['features/churn/list.tsx', 'antd'],
    ['features/churn/list.tsx', '../welcome/strings'],
    ['features/churn/list.tsx', '@/app/Frame'],
    ['parts/Page.tsx', '@/features/churn/strings'],
    ['lib/time.ts', '@/parts/Page'],
  ])('would be found: %s importing %s', (file, name) => {
    expect(offence(join(src, file), name)).toBeDefined();
  });

  it('are found in each way of writing them', () => {
    const code = `import a from 'a';\nimport 'b';\nconst c = () => import('c');\nexport { d } from "d";\nimport type { e } from 'e';`;
    expect(importsOf(code)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

/** Keys of filters that let people choose several values, as a page's code declares them. */
function severalOf(code: string): string[] {
  const items = code.matchAll(/\{\s*key: '(\w+)',\s*label: [^\n]*?,\s*kind: '(\w+)'[^}]*?(?=\}|options:)/g);
  return [...items].flatMap(([item, key = '', kind = '']) => {
    const listed = ['member', 'department', 'group', 'tag'].includes(kind);
    return (listed && !/multiple: false/.test(item)) || /multiple: true/.test(item) ? [key] : [];
  });
}

describe('filters', () => {
  it('that take several values are not read as one', () => {
    const found = tested.flatMap((file) => {
      const code = readFileSync(file, 'utf8');
      return severalOf(code)
        .filter((key) => code.includes(`.one('${key}')`))
        .map((key) => `${relative(src, file)}: ${key}`);
    });
    expect(found).toEqual([]);
  });

  it.each([
    ["{ key: 'who', label: t('who'), kind: 'member' }", ['who']],
    ["{ key: 'who', label: t('who'), kind: 'member', multiple: false }", []],
    ["{\n key: 'state',\n label: t('state'),\n kind: 'choice',\n multiple: true,\n options: [] }", ['state']],
    ["{\n key: 'state',\n label: t('state'),\n kind: 'choice',\n options: [] }", []],
  ])('are known by their declaration: %s', (code, keys) => {
    expect(severalOf(code)).toEqual(keys);
  });
});

describe('texts', () => {
  const folders = filesBelow(src, /^zh-CN\.json$/).map((file) => dirname(file));
  const read = (folder: string, language: string) =>
    JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, string>;

  it('exist', () => {
    expect(folders.length).toBeGreaterThanOrEqual(4);
  });

  it.each(folders.map((folder) => relative(src, folder)))(
    '%s: Chinese and English have the same keys, none empty',
    (folder) => {
      const zh = read(join(src, folder), 'zh-CN');
      const en = read(join(src, folder), 'en');
      expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
      for (const [key, text] of [...Object.entries(zh), ...Object.entries(en)]) {
        expect(text.trim(), key).not.toBe('');
      }
    },
  );

  it.each(folders.map((folder) => relative(src, folder)))(
    '%s: both languages fill in the same parameters',
    (folder) => {
      const zh = read(join(src, folder), 'zh-CN');
      const en = read(join(src, folder), 'en');
      const names = (text: string) =>
        [...new Set([...text.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name))].sort();
      for (const key of Object.keys(zh)) expect(names(en[key] ?? ''), key).toEqual(names(zh[key] ?? ''));
    },
  );

  it('stand in locale files only: no Chinese in the code', () => {
    const han = /\p{Script=Han}/u;
    const found = tested.flatMap((file) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      return lines.flatMap((line, i) =>
        han.test(withoutComments(line)) ? [`${relative(src, file)}:${i + 1} ${line.trim()}`] : [],
      );
    });
    expect(found).toEqual([]);
  });
});

/** Comments may name the Chinese term of a thing. */
function withoutComments(line: string): string {
  return line
    .replace(/\/\*.*?\*\//g, '')
    .replace(/^\s*(\*|\/\*\*?).*$/, '')
    .replace(/(^|\s)\/\/.*$/, '')
    .replace(/\{\/\*.*$/, '');
}

describe('files', () => {
  it('can be read in one sitting: at most 400 lines', () => {
    const long = [...sources, ...filesBelow(src, /\.css$/)]
      .map((file) => [relative(src, file), readFileSync(file, 'utf8').split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });
});
