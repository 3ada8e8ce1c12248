// What the page says, in the chosen language. Chinese comes first; both tables hold the
// same keys, which a test checks.

import { createContext, useContext } from './view.js';
import en from './words_en.js';
import zh from './words_zh.js';

/** @typedef {'zh'|'en'} Language */
/** @typedef {(key: string, values?: Record<string, string|number>) => string} Say */

const tables = { zh, en };

/**
 * Gives the function that finds words. {name} in a text is replaced by values.name.
 * @param {Language} language
 * @returns {Say}
 */
export function speaker(language) {
  const table = /** @type {Record<string, string>} */ (tables[language]);
  return (key, values) => {
    const text = table[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? '')) : text;
  };
}

/** @returns {Language} */
export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('phones.lang');
  if (asked === 'en' || asked === 'zh') return asked;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** Everything that all parts of the page need; see main.js. */
export const World = createContext(/** @type {any} */ (null));
export const useWorld = () => useContext(World);
/** @returns {Say} */
export const useWords = () => useContext(World).say;
