import { useCallback } from 'react';
import { useI18n } from './i18n';

/** Why something in the background came to nothing, as the server keeps it. */
export interface Because {
  code?: string;
  values?: Record<string, string>;
  text?: string;
  en?: string;
}

/**
 * The words for it: of a code those under "<slug>.because.<code>", with what another system
 * said for `{said}`; else what was said then, in English where that is known.
 */
export function useBecause(slug: string): (why: Because | undefined) => string {
  const { text, language } = useI18n();
  return useCallback(
    (why) => {
      const said = (language === 'en' && why?.en) || why?.text || '';
      if (why?.code) return text(`${slug}.because.${why.code}`, { ...why.values, said }, why.code);
      return said;
    },
    [text, language, slug],
  );
}
