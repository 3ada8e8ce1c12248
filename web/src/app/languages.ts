import type { Catalogue, Language } from '@/lib/translate';

/** All texts of the console in one language; each language is a chunk of its own. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  const { catalogue } = language === 'en' ? await import('./locale/en') : await import('./locale/zh-CN');
  return catalogue;
}
