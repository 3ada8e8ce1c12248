import type { components } from '@/api/schema';
import type { Tone } from '@/parts/StateBadge';

export type Request = components['schemas']['PrivacyView'];
export type Part = components['schemas']['PrivacyPart'];
export type Overview = components['schemas']['PrivacyOverview'];
export type Term = components['schemas']['PrivacyTerm'];

export const askers = ['person', 'representative', 'company', 'authority'] as const;

export const tone: Record<Request['state'], Tone> = {
  waiting: 'busy',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
  expired: 'quiet',
};

/** The one of two words that the page's language wants. */
export const inLanguage = (language: string, zh: string, en: string) => (language === 'en' ? en : zh);
