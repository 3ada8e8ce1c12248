import { useI18n } from '@/lib/i18n';
import { formatMoney, formatNumber } from '@/lib/measure';

/** A number with thousands separators; undefined shows a dash. "percent" takes 0–1, "money" takes 分. */
export function NumberText(props: {
  value: number | undefined | null;
  as?: 'count' | 'percent' | 'money';
  digits?: number;
}) {
  const { language } = useI18n();
  const { value, as = 'count', digits = as === 'percent' ? 1 : 0 } = props;
  if (value === undefined || value === null) return <span className="q-faint">–</span>;
  const text = {
    count: () => formatNumber(language, value, digits),
    percent: () => `${formatNumber(language, value * 100, digits)}%`,
    money: () => formatMoney(language, value),
  }[as]();
  return <span className="q-num">{text}</span>;
}
