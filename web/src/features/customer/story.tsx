import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { FilterBar } from '@/parts/FilterBar';
import type { IconName } from '@/parts/Icon';
import { Card, Waiting } from '@/parts/Page';
import type { Tone } from '@/parts/StateBadge';
import { Timeline } from '@/parts/Timeline';
import { useT } from './strings';

type Entry = components['schemas']['AskEntry'];

/** The features that have something to tell, in the order of the filter. */
const tellers = [
  'customer',
  'followup',
  'stage',
  'tag',
  'profile',
  'intention',
  'channelcode',
  'welcome',
  'transfer',
  'churn',
] as const;

const looks: Record<string, { icon: IconName; tone: Tone }> = {
  'customer.added': { icon: 'join', tone: 'good' },
  'customer.again': { icon: 'join', tone: 'good' },
  'customer.half': { icon: 'join', tone: 'busy' },
  'customer.lost': { icon: 'leave', tone: 'bad' },
  'customer.deleted': { icon: 'leave', tone: 'warn' },
  'customer.gone': { icon: 'leave', tone: 'quiet' },
  'customer.taken': { icon: 'member', tone: 'good' },
  'customer.handed': { icon: 'member', tone: 'quiet' },
  'customer.joined': { icon: 'group', tone: 'quiet' },
  'customer.joinedUnnamed': { icon: 'group', tone: 'quiet' },
  'channelcode.came': { icon: 'scan', tone: 'busy' },
  'welcome.sent': { icon: 'welcome', tone: 'good' },
  'welcome.none': { icon: 'welcome', tone: 'quiet' },
  'welcome.taken': { icon: 'welcome', tone: 'quiet' },
  'welcome.late': { icon: 'welcome', tone: 'warn' },
  'welcome.refused': { icon: 'welcome', tone: 'bad' },
  'stage.joined': { icon: 'right', tone: 'busy' },
  'stage.moved': { icon: 'right', tone: 'busy' },
  'stage.movedWith': { icon: 'right', tone: 'busy' },
  'stage.pulled': { icon: 'right', tone: 'busy' },
  'stage.pulledByTag': { icon: 'right', tone: 'busy' },
  'stage.pulledByGroup': { icon: 'right', tone: 'busy' },
  'stage.back': { icon: 'left', tone: 'quiet' },
  'stage.left': { icon: 'close', tone: 'quiet' },
  'stage.lost': { icon: 'close', tone: 'warn' },
  'stage.handed': { icon: 'member', tone: 'quiet' },
  'tag.added': { icon: 'tag', tone: 'busy' },
  'tag.removed': { icon: 'tag', tone: 'quiet' },
  'tag.added.run': { icon: 'tag', tone: 'busy' },
  'tag.removed.run': { icon: 'tag', tone: 'quiet' },
  'tag.added.undo': { icon: 'tag', tone: 'quiet' },
  'tag.removed.undo': { icon: 'tag', tone: 'quiet' },
  'tag.added.import': { icon: 'tag', tone: 'busy' },
  'tag.removed.import': { icon: 'tag', tone: 'quiet' },
  'tag.added.rule': { icon: 'tag', tone: 'busy' },
  'tag.removed.rule': { icon: 'tag', tone: 'quiet' },
  'tag.added.channel': { icon: 'tag', tone: 'busy' },
  'tag.removed.channel': { icon: 'tag', tone: 'quiet' },
  'tag.added.stage': { icon: 'tag', tone: 'busy' },
  'tag.removed.stage': { icon: 'tag', tone: 'quiet' },
  'tag.added.transfer': { icon: 'tag', tone: 'quiet' },
  'tag.removed.transfer': { icon: 'tag', tone: 'quiet' },
  'tag.added.wecom': { icon: 'tag', tone: 'quiet' },
  'tag.removed.wecom': { icon: 'tag', tone: 'quiet' },
  'tag.removed.deleted': { icon: 'tag', tone: 'quiet' },
  'followup.noted': { icon: 'edit', tone: 'good' },
  'followup.called': { icon: 'chat', tone: 'good' },
  'followup.messaged': { icon: 'chat', tone: 'good' },
  'followup.done': { icon: 'done', tone: 'good' },
  'transfer.begun': { icon: 'reach', tone: 'busy' },
  'transfer.accepted': { icon: 'member', tone: 'good' },
  'transfer.refused': { icon: 'member', tone: 'warn' },
  'transfer.full': { icon: 'member', tone: 'warn' },
  'transfer.failed': { icon: 'member', tone: 'bad' },
  'churn.noticed': { icon: 'bell', tone: 'quiet' },
  'churn.unnoticed': { icon: 'bell', tone: 'bad' },
  'profile.edited': { icon: 'edit', tone: 'quiet' },
  'profile.batch': { icon: 'edit', tone: 'quiet' },
  'profile.import': { icon: 'upload', tone: 'quiet' },
  'profile.undo': { icon: 'undo', tone: 'quiet' },
  'profile.blacklisted': { icon: 'stop', tone: 'bad' },
  'profile.unblacklisted': { icon: 'undo', tone: 'quiet' },
  'profile.merged': { icon: 'customer', tone: 'quiet' },
  'profile.parted': { icon: 'customer', tone: 'quiet' },
  'intention.rose.high': { icon: 'up', tone: 'bad' },
  'intention.rose.medium': { icon: 'up', tone: 'good' },
  'intention.rose.low': { icon: 'up', tone: 'good' },
  'intention.fell.medium': { icon: 'fall', tone: 'warn' },
  'intention.fell.low': { icon: 'fall', tone: 'quiet' },
  'intention.fell.asleep': { icon: 'fall', tone: 'quiet' },
};

/** What happened with a customer, of everything or of what one chooses, newest first. */
export function Story({ id }: { id: string }) {
  const t = useT();
  const { text, language } = useI18n();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters('about', 'happened');
  const period = periodInstants(filters.one('happened'), zone, now);
  const about = tellers.filter((one) => filters.many('about').includes(one));
  const query = {
    about: about.length > 0 ? about : undefined,
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
  };
  useLive([...tellers, 'follow'], [['customer', 'timeline', id]]);
  const pages = useInfiniteQuery({
    queryKey: ['customer', 'timeline', id, query],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET('/api/customer/customers/{id}/timeline', {
          params: { path: { id }, query: { ...query, after: pageParam, limit: 30 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
  /** The entry with its reason in the language of the reader. */
  const told = (e: Entry): Entry =>
    language === 'en' && e.values?.reasonEn
      ? { ...e, values: { ...e.values, reason: e.values.reasonEn } }
      : e;
  const line = (e: Entry) => text(`timeline.${e.kind}`, e.values ?? {}, e.kind);
  const detail = ({ values, ...e }: Entry) => {
    if (values?.repaired === 'true') return t('timeline.repaired');
    if (values?.detail) {
      const advice = (language === 'en' && values.adviceEn) || values.advice;
      return text(`timeline.${values.detail}`, { ...values, advice: advice ?? '' });
    }
    return values?.reason && !line({ values, ...e }).includes(values.reason) ? values.reason : undefined;
  };
  return (
    <Card title={t('timeline')}>
      <FilterBar
        filters={filters}
        items={[
          {
            key: 'about',
            label: t('story.about'),
            kind: 'choice',
            multiple: true,
            options: tellers.map((one) => ({ value: one, label: t(`story.${one}`) })),
          },
          { key: 'happened', label: t('story.when'), kind: 'period' },
        ]}
      />
      {pages.isPending && <Waiting />}
      {pages.isError && <ErrorView error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && (
        <Timeline
          empty={t(filters.active ? 'story.none' : 'timeline.empty')}
          entries={pages.data.pages.flatMap((page) =>
            page.items.map(told).map((e) => ({
              id: e.key,
              at: Date.parse(e.at),
              ...(looks[e.kind] ?? { icon: 'info' as const, tone: 'quiet' as const }),
              title: e.href ? <Link to={e.href}>{line(e)}</Link> : line(e),
              by: e.memberName || e.values?.who,
              detail: detail(e),
            })),
          )}
          more={
            pages.hasNextPage && (
              <Button onClick={async () => void (await pages.fetchNextPage())}>{t('timeline.more')}</Button>
            )
          }
        />
      )}
    </Card>
  );
}
