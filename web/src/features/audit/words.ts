import { useCallback } from 'react';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import type { Tone } from '@/parts/StateBadge';

type Schemas = components['schemas'];

export type Entry = Schemas['AuditView'];
export type EntryDetail = Schemas['AuditDetail'];
export type ObjectChange = Schemas['AuditObjectView'];
export type Check = Schemas['AuditCheck'];
export type Status = Schemas['AuditStatus'];

/** Whose log one looks at: the corp's, or that of what belongs to no corp. */
export type Chain = 'corp' | 'installation';

export const outcomes = ['done', 'refused', 'failed'] as const satisfies Entry['outcome'][];

export const outcomeTone: Readonly<Record<Entry['outcome'], Tone>> = {
  done: 'good',
  refused: 'warn',
  failed: 'bad',
};

export const checkTone: Readonly<Record<Check['state'], Tone>> = {
  none: 'quiet',
  running: 'busy',
  intact: 'good',
  broken: 'bad',
};

/** An operation in words: those of its feature, else those that came with the entry. */
export function useOperationName(): (operation: string, summary: string) => string {
  const { text } = useI18n();
  return useCallback(
    (operation, summary) => text(`operation.${operation}`, undefined, summary || operation),
    [text],
  );
}

/** What a feature is called: by its menu entry, else by its slug. */
export function useFeatureName(): (slug: string) => string {
  const { text } = useI18n();
  return useCallback(
    (slug) => text(`menu.${slug}`, undefined, text(`audit.feature.${slug}`, undefined, slug)),
    [text],
  );
}

/** The kind of an object, "channelcode" of "channelcode:3x…", in words. */
export function useKindName(): (object: string) => string {
  const { text } = useI18n();
  return useCallback(
    (object) => {
      const kind = object.split(':')[0] ?? '';
      return text(`audit.kind.${kind}`, undefined, kind);
    },
    [text],
  );
}

/** A value in words, for those that are a choice: yes, no, the greeting of a code. */
export function useValueName(): (path: string, value: string) => string {
  const { text } = useI18n();
  return useCallback(
    (path, value) => {
      const name = path.split('.').at(-1)?.split('[')[0] ?? '';
      if (!/^\w+$/.test(value)) return value;
      return text(`audit.value.${name}.${value}`, undefined, text(`audit.value.${value}`, undefined, value));
    },
    [text],
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
