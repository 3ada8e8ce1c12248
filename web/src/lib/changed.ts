import { useCallback } from 'react';
import { useI18n } from '@/lib/i18n';

// What changed, in words: the audit log and the pages of settings say it alike. The words are the audit log's.

/** A value in words, for those that are a choice: yes, no, the greeting of a code. Of a list, each. */
export function useValueName(): (path: string, value: string) => string {
  const { text, language } = useI18n();
  return useCallback(
    (path, value) => {
      const name = path.split('.').at(-1)?.split('[')[0] ?? '';
      const word = (one: string) =>
        name === 'permissions'
          ? text(`permission.${one}`, undefined, one)
          : /^\w+$/.test(one)
            ? text(`audit.value.${name}.${one}`, undefined, text(`audit.value.${one}`, undefined, one))
            : one;
      const parts = value.split('、');
      // A list of words, not somebody's sentence: that one keeps the signs he wrote.
      const list = name === 'permissions' || parts.every((part) => /^\w+$/.test(part));
      return parts.map(word).join(list && language === 'en' ? ', ' : '、');
    },
    [text, language],
  );
}

/** A field's path in words: "shifts[0].from" becomes "Shifts 1 · From"; what has no word stays as it is. */
export function useFieldName(): (path: string) => string {
  const { text } = useI18n();
  return useCallback(
    (path) =>
      path
        .split('.')
        .map((piece) => {
          const [name = '', index] = piece.split('[');
          const word = text(`audit.changed.${name}`, undefined, name);
          return index ? `${word} ${Number.parseInt(index, 10) + 1}` : word;
        })
        .join(' · '),
    [text],
  );
}
