import { type Catalogue, type Language, type Params, translate } from '@/lib/translate';
import type zh from './locale/zh-CN.json';
import './pocket.css';

export type PocketText = (key: keyof typeof zh, params?: Params) => string;

const loaders: Record<Language, () => Promise<{ default: Catalogue }>> = {
  'zh-CN': () => import('./locale/zh-CN.json'),
  en: () => import('./locale/en.json'),
};

/** Starts one of the small pages: picks the language by the phone's, loads its texts, draws. */
export function startPocket(draw: (root: Element, t: PocketText) => void): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page lacks #root');
  const language: Language = /^zh/i.test(navigator.language) ? 'zh-CN' : 'en';
  document.documentElement.lang = language;
  void loaders[language]().then(({ default: catalogue }) =>
    draw(root, (key, params) => translate(language, catalogue, key, params)),
  );
}
