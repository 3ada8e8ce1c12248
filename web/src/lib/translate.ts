export type Language = 'zh-CN' | 'en';
export const languages: readonly Language[] = ['zh-CN', 'en'];

export type Catalogue = Readonly<Record<string, string>>;
export type Params = Readonly<Record<string, string | number>>;

/**
 * Beginnings of keys that belong to nobody's folder: the server names such
 * things (a menu entry, a kind of job), and the feature that makes them
 * translates them, as `menu.channelcode` in its own locale file.
 */
const shared = [
  'menu.',
  'tile.',
  'trend.',
  'job.',
  'find.',
  'role.',
  'event.',
  'permission.',
  'operation.',
  'timeline.',
  'field.',
];

/** Where the catalogue has a key of a folder's locale file. Gathering and looking up both ask here, so that they agree. */
export function placeOf(folder: string, key: string): string {
  return shared.some((start) => key.startsWith(start)) ? key : `${folder}.${key}`;
}

/** One catalogue out of many locale files; keys of a file are put under its folder's name. */
export function gather(files: Readonly<Record<string, Catalogue>>): Catalogue {
  const all: Record<string, string> = {};
  for (const [folder, file] of Object.entries(files)) {
    for (const [key, text] of Object.entries(file)) all[placeOf(folder, key)] = text;
  }
  return all;
}

/** Text of a key with its parameters, or the fallback, or the key itself so that the gap shows. */
export function translate(
  language: Language,
  catalogue: Catalogue,
  key: string,
  params?: Params,
  fallback?: string,
): string {
  const template = catalogue[key] ?? fallback ?? key;
  return params ? fill(language, template, params) : template;
}

/**
 * Fills `{name}` and `{n|one customer|{n} customers}`: the second form chooses
 * by the count, the first text for exactly one. Numbers get thousands separators.
 */
export function fill(language: Language, template: string, params: Params): string {
  const number = new Intl.NumberFormat(language);
  const show = (value: string | number) => (typeof value === 'number' ? number.format(value) : value);
  return template
    .replace(/\{(\w+)\|([^|]*)\|((?:[^{}]|\{\w+\})*)\}/g, (whole, name: string, one: string, many: string) =>
      name in params ? (params[name] === 1 ? one : many) : whole,
    )
    .replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      return value === undefined ? whole : show(value);
    });
}

/** The language to begin with: the remembered one, else Chinese, the product's first language. */
export function startLanguage(remembered: string | null): Language {
  return languages.find((language) => language === remembered) ?? 'zh-CN';
}
