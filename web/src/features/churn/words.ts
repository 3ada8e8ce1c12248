import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import type { Tone } from '@/parts/StateBadge';
import { useT } from './strings';

export type Ending = components['schemas']['ChurnView'];
export type Figures = components['schemas']['ChurnFigures'];
export type Kind = 'lost' | 'deleted';

/** WeCom's ways of adding that can be filtered by. */
export const addWays = [1, 2, 3, 4, 8, 9, 10, 16, 17, 24, 201, 202] as const;

export const noticeTone: Record<Ending['notice'], Tone> = {
  off: 'quiet',
  waiting: 'busy',
  held: 'busy',
  sent: 'good',
  failed: 'bad',
  past: 'quiet',
};

/** How the customer had come: the channel code where it is known, else WeCom's word. */
export function useChannelName(): (row: { channel?: string; addWay: number }) => string {
  const t = useT();
  const { text } = useI18n();
  return ({ channel, addWay }) =>
    channel || text(`customer.addWay.${addWay}`, undefined, t('addWay.other', { code: addWay }));
}
