import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useCustomerSections } from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import type { IconName } from '@/parts/Icon';
import { Card, Columns, Page, Waiting } from '@/parts/Page';
import type { Tone } from '@/parts/StateBadge';
import { Tabs } from '@/parts/Tabs';
import { Timeline } from '@/parts/Timeline';
import { CustomerActions } from './actions';
import { CustomerFacts, useCustomer } from './customer-facts';
import { OneSection } from './sections';
import { useT } from './strings';
import type { CustomerDetail } from './words';

type Entry = components['schemas']['AskEntry'];

/** One customer: facts on the left, what happened on the right. */
export default function DetailPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false });
  const customer = useCustomer(id);
  return (
    <Page
      title={customer.data?.name || t('detail')}
      meaning={t('detail.meaning')}
      actions={
        customer.data && (
          <CustomerActions
            on="page"
            selection={{ customers: [id] }}
            level="customer"
            count={1}
            onDone={() => void customer.refetch()}
          />
        )
      }
    >
      {customer.isError ? (
        <ErrorView error={customer.error} onRetry={() => void customer.refetch()} />
      ) : (
        <Columns
          wide="right"
          left={<CustomerFacts id={id} />}
          right={<Told id={id} customer={customer.data} />}
        />
      )}
    </Page>
  );
}

/** The timeline, with tabs beside it for what other features have to show at length. */
function Told({ id, customer }: { id: string; customer: CustomerDetail | undefined }) {
  const t = useT();
  const { text } = useI18n();
  const tabs = useCustomerSections('tab');
  if (tabs.length === 0 || !customer) return <Story id={id} />;
  return (
    <Tabs
      items={[
        { key: 'timeline', label: t('timeline'), content: <Story id={id} /> },
        ...tabs.map((section) => ({
          key: section.key,
          label: text(section.title),
          content: <OneSection section={section} customer={customer} />,
        })),
      ]}
    />
  );
}

const looks: Record<string, { icon: IconName; tone: Tone }> = {
  'customer.added': { icon: 'join', tone: 'good' },
  'customer.again': { icon: 'join', tone: 'good' },
  'customer.half': { icon: 'join', tone: 'busy' },
  'customer.lost': { icon: 'leave', tone: 'bad' },
  'customer.deleted': { icon: 'leave', tone: 'warn' },
  'customer.gone': { icon: 'leave', tone: 'quiet' },
  'customer.taken': { icon: 'member', tone: 'good' },
  'customer.handed': { icon: 'member', tone: 'quiet' },
  'channelcode.came': { icon: 'scan', tone: 'busy' },
  'welcome.sent': { icon: 'welcome', tone: 'good' },
  'welcome.none': { icon: 'welcome', tone: 'quiet' },
  'welcome.taken': { icon: 'welcome', tone: 'quiet' },
  'welcome.late': { icon: 'welcome', tone: 'warn' },
  'welcome.refused': { icon: 'welcome', tone: 'bad' },
  'stage.joined': { icon: 'right', tone: 'busy' },
  'stage.moved': { icon: 'right', tone: 'busy' },
  'stage.movedWith': { icon: 'right', tone: 'busy' },
  'stage.back': { icon: 'left', tone: 'quiet' },
  'stage.left': { icon: 'close', tone: 'quiet' },
  'stage.lost': { icon: 'close', tone: 'warn' },
  'stage.handed': { icon: 'member', tone: 'quiet' },
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

function Story({ id }: { id: string }) {
  const t = useT();
  const { text } = useI18n();
  useLive(
    [
      'customer',
      'follow',
      'channelcode',
      'welcome',
      'churn',
      'intention',
      'profile',
      'stage',
      'followup',
      'transfer',
    ],
    [['customer', 'timeline', id]],
  );
  const pages = useInfiniteQuery({
    queryKey: ['customer', 'timeline', id],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET('/api/customer/customers/{id}/timeline', {
          params: { path: { id }, query: { after: pageParam, limit: 30 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
  const line = (e: Entry) => text(`timeline.${e.kind}`, e.values ?? {}, e.kind);
  const detail = ({ values, ...e }: Entry) => {
    if (values?.repaired === 'true') return t('timeline.repaired');
    return values?.reason && !line({ values, ...e }).includes(values.reason) ? values.reason : undefined;
  };
  return (
    <Card title={t('timeline')}>
      {pages.isPending && <Waiting />}
      {pages.isError && <ErrorView error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && (
        <Timeline
          empty={t('timeline.empty')}
          entries={pages.data.pages.flatMap((page) =>
            page.items.map((e) => ({
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
