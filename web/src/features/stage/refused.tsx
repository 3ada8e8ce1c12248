import { useI18n } from '@/lib/i18n';
import { StateBadge } from '@/parts/StateBadge';
import type { StageCard } from './data';
import { useT } from './strings';

/** WeCom refused the tags that the card's last move should have set; why stands behind it. */
export function Refused({ card }: { card: StageCard }) {
  const t = useT();
  const { language } = useI18n();
  if (!card.refused) return null;
  return (
    <StateBadge tone="bad" hint={language === 'en' ? card.refused.en : card.refused.zh}>
      {t('refused')}
    </StateBadge>
  );
}
