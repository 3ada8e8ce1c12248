import { useT } from './strings';
import { clock, type Hit, type RuleForm } from './words';

/** A rule's trigger in words. */
export function useRuleWords(): (rule: RuleForm, groups?: Record<string, string>) => string {
  const t = useT();
  return (rule, groups = {}) => {
    const setting = rule.setting;
    let words = '';
    if (rule.trigger === 'channel') {
      words = t('trigger.channel.words', { states: (setting.states ?? []).join(t('comma')) });
    } else if (rule.trigger === 'group') {
      const names = (setting.groups ?? []).map((id) => groups[id] || id);
      words =
        names.length > 0
          ? t('trigger.group.words', { groups: names.join(t('comma')) })
          : t('trigger.group.any');
    } else {
      const spans = (setting.spans ?? []).map((span) => {
        const named = [
          ...[...(span.days ?? [])]
            .sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7)) // a week begins on Monday
            .map((day) => t(`weekday.${day as 0}`)),
          ...(span.dates ?? []).map((n) => t('date.n', { n })),
        ];
        const days = named.length > 0 ? named.join(t('comma')) : t('everyDay');
        const dates = [span.since, span.until].some(Boolean)
          ? ` ${span.since ?? ''}–${span.until ?? ''}`
          : '';
        return `${days} ${clock(span.from)}–${clock(span.to)}${dates}`;
      });
      words = t('trigger.time.words', { spans: spans.join(t('semicolon')) });
    }
    if ((rule.hits ?? 0) > 1)
      words += t('rule.hits.words', { days: rule.periodDays ?? 0, n: rule.hits ?? 0 });
    return words;
  };
}

/** Why a rule noticed something, in words. */
export function useWhy(): (hit: Hit) => string {
  const t = useT();
  return ({ why }) => {
    if (why.state !== undefined) return t('why.channel', { state: why.state || '–' });
    if (why.group !== undefined) return t('why.group', { group: why.group || '–' });
    return why.at === undefined ? t('why.group.other') : t('why.time', { at: why.at });
  };
}
