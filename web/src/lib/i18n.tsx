import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { type Catalogue, type Language, type Params, placeOf, translate } from './translate';

/** What a component sees of the translations. */
export interface I18n {
  readonly language: Language;
  /** Text of a full key such as `menu.customer`; the fallback, or the key itself, when there is none. */
  text(key: string, params?: Params, fallback?: string): string;
  switchTo(language: Language): void;
}

const Context = createContext<I18n | null>(null);

export function I18nProvider(props: {
  language: Language;
  catalogue: Catalogue;
  onSwitch: (language: Language) => void;
  children: ReactNode;
}) {
  const { language, catalogue, onSwitch, children } = props;
  const value = useMemo<I18n>(
    () => ({
      language,
      text: (key, params, fallback) => translate(language, catalogue, key, params, fallback),
      switchTo: onSwitch,
    }),
    [language, catalogue, onSwitch],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error('useI18n outside I18nProvider');
  return value;
}

/** A function from the keys of one locale file to text. */
export type Translate<Keys extends string> = (key: Keys, params?: Params) => string;

/**
 * Makes the hook that gives a folder its own texts, typed by its Chinese file:
 *
 *   import type zh from './locale/zh-CN.json';
 *   export const useT = strings<typeof zh>('channelcode');
 *
 * The type import costs nothing in the bundle; a missing key is a compile error.
 */
export function strings<File extends Record<string, string>>(folder: string) {
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each folder, when its module is loaded.
  return function useT(): Translate<Extract<keyof File, string>> {
    const { text } = useI18n();
    return useMemo(() => (key, params) => text(placeOf(folder, key), params), [text]);
  };
}
