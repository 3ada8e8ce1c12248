import { useContext } from 'react';
import { AppearanceContext } from '@/lib/appearance';
import { useI18n } from '@/lib/i18n';
import { useT } from './strings';
import { BarChoice } from './TopBar';

/** Chinese or English. Each name stands in its own language, so that it is found by those who can't read the other. */
export function LanguageChoice() {
  const t = useT();
  const { language, switchTo } = useI18n();
  return (
    <BarChoice
      icon="language"
      label={t('language')}
      value={language}
      onChange={switchTo}
      options={[
        { value: 'zh-CN', label: t('language.zh') },
        { value: 'en', label: t('language.en') },
      ]}
    />
  );
}

/** Light, dark, or as the system has it. */
export function AppearanceChoice() {
  const t = useT();
  const { choice, choose, dark } = useContext(AppearanceContext);
  return (
    <BarChoice
      icon={dark ? 'dark' : 'light'}
      label={t('appearance')}
      value={choice}
      onChange={choose}
      options={[
        { value: 'system', label: t('appearance.system'), icon: 'system' },
        { value: 'light', label: t('appearance.light'), icon: 'light' },
        { value: 'dark', label: t('appearance.dark'), icon: 'dark' },
      ]}
    />
  );
}
