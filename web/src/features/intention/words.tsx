import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { useT } from './strings';

export type Level = components['schemas']['IntentionView']['level'];
export type SignalDoc = components['schemas']['IntentionSignalDoc'];

export const levels: readonly Level[] = ['high', 'medium', 'low', 'asleep'];

const tones: Record<Level, Tone> = { high: 'bad', medium: 'warn', low: 'busy', asleep: 'quiet' };

/** A level as people know it: hot is red, as on every thermometer. */
export function LevelBadge({ level }: { level: Level }) {
  const t = useT();
  return <StateBadge tone={tones[level]}>{t(`level.${level}`)}</StateBadge>;
}

/** What a signal is called, in the language of the page. */
export function useSignalName(): (names: readonly SignalDoc[] | undefined, key: string) => string {
  const { language } = useI18n();
  return (names, key) => {
    const found = names?.find((signal) => signal.key === key);
    return found ? (language === 'en' ? found.en : found.zh) : key;
  };
}

/** Points with a sign and one decimal: +12.5, -3. */
export function signed(points: number): string {
  return `${points > 0 ? '+' : ''}${Number(points.toFixed(1))}`;
}
