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

export const outcomes = ['done', 'refused', 'failed', 'stopped'] as const satisfies Entry['outcome'][];

export const outcomeTone: Readonly<Record<Entry['outcome'], Tone>> = {
  done: 'good',
  refused: 'warn',
  failed: 'bad',
  stopped: 'quiet',
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

/** The kind of an object in words: "channelcode" of "channelcode:3x…", "tag.rule" of "tag:rule:3x…". */
export function useKindName(): (object: string) => string {
  const { text } = useI18n();
  return useCallback(
    (object) => {
      const [kind = '', part] = object.split(':');
      return text(`audit.kind.${kind}.${part}`, undefined, text(`audit.kind.${kind}`, undefined, kind));
    },
    [text],
  );
}
