import { StateBadge } from '@/parts/StateBadge';
import { useT } from './strings';

/** The setting that allows a host; a badge when none does. */
export function Setting({ name }: { name: string }) {
  const t = useT();
  if (name === '') return <StateBadge tone="bad">{t('setting.none')}</StateBadge>;
  if (name === 'wecom.pictures') return t('setting.wecom.pictures');
  return <code>{name}</code>;
}
