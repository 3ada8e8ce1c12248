// The view library under one name: html`…` makes elements, the hooks keep state.
import htm from './vendor/htm.js';
import { h } from './vendor/preact.js';

export {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from './vendor/hooks.js';
export { createContext, render } from './vendor/preact.js';
export const html = htm.bind(h);

/**
 * Joins class names and leaves the empty ones out.
 * @param {...(string|false|null|undefined)} names
 */
export const cls = (...names) => names.filter(Boolean).join(' ');
