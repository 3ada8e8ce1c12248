import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { useT } from './strings';

type Schemas = components['schemas'];

export type Role = Schemas['AccessRoleView'];
export type Span = Schemas['AccessSpan'];
export type Right = Schemas['AccessPermission'];
export type MenuItem = Schemas['AccessMenuItem'];
export type MenuEntry = Schemas['AccessEntry'];
export type Names = Record<string, string>;

/** What a role is called: built-in ones in the reader's language, the corp's own as it named them. */
export function useRoleName(): (role: { key: string; name: string; builtIn?: boolean }) => string {
  const { text } = useI18n();
  return ({ key, name, builtIn }) => (builtIn === false ? name : text(`role.${key}`, undefined, name));
}

/** What the rights of a feature stand under: its menu entry, else its name here. */
export function useFeatureName(): (feature: string) => string {
  const { text } = useI18n();
  return (feature) =>
    text(`menu.${feature}`, undefined, text(`access.feature.${feature}`, undefined, feature));
}

/** A span in words: 指定：华东（含下级）、张三. */
export function useSpanWords(): (span: Span, names: Names) => string {
  const t = useT();
  return (span, names) => {
    const below = span.below ? t('below.short') : '';
    if (span.kind !== 'custom') return t(`span.${span.kind}`) + below;
    const departments = (span.departments ?? []).map(
      ({ id, below: deep }) => (names[`#${id}`] ?? `#${id}`) + (deep ? t('below.short') : ''),
    );
    const members = (span.members ?? []).map((member) => names[member] ?? member);
    const others = span.others ? [t('span.others', { n: span.others })] : [];
    return [...departments, ...members, ...others].join(t('comma'));
  };
}
