import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { Copy } from '@/parts/Copy';
import { CustomerOf } from '@/parts/CustomerCard';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { Card, Waiting } from '@/parts/Page';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { MaybeTime } from './maybe-time';
import { Phones } from './phones';
import { CustomerSections } from './sections';
import { useT } from './strings';
import { type CustomerDetail, type FollowRow, standingOf, standingTone, tagNames } from './words';
import './customer.css';

export function useCustomer(id: string) {
  useLive(['customer', 'follow'], [['customer', 'one', id]]);
  return useQuery({
    queryKey: ['customer', 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/customer/customers/{id}', { params: { path: { id } }, signal })),
  });
}

/** What is known of a customer: the person, every member who follows him, his groups. */
export function CustomerFacts({ id }: { id: string }) {
  const customer = useCustomer(id);
  if (customer.isPending) return <Waiting />;
  if (customer.isError) return <ErrorView error={customer.error} onRetry={() => void customer.refetch()} />;
  return <Known customer={customer.data} />;
}

function Known({ customer }: { customer: CustomerDetail }) {
  const t = useT();
  const gender = (['unknown', 'male', 'female'] as const)[customer.gender] ?? 'unknown';
  return (
    <div className="q-stack">
      <Card>
        <div className="customer-face">
          <CustomerOf size={48} row={customer} />
          <StateBadge tone={customer.follows > 0 ? 'good' : 'bad'}>
            {t(customer.follows > 0 ? 'companyState.open' : 'companyState.lost')}
          </StateBadge>
        </div>
        <Facts
          items={[
            {
              name: t('type'),
              value: t(
                customer.type === 2 ? 'type.corp' : customer.type === 1 ? 'type.wechat' : 'type.unknown',
              ),
            },
            { name: t('gender'), value: t(`gender.${gender}`) },
            ...(customer.company ? [{ name: t('company'), value: customer.company }] : []),
            ...(customer.title ? [{ name: t('position'), value: customer.title }] : []),
            { name: t('firstAdded'), value: <MaybeTime at={customer.addedAt} />, hint: t('firstAdded.hint') },
            ...(customer.lostAt ? [{ name: t('lostAt'), value: <TimeText at={customer.lostAt} /> }] : []),
            {
              name: t('externalId'),
              value: (
                <span className="customer-id">
                  <code>{customer.customer}</code>
                  <Copy text={customer.customer} />
                </span>
              ),
            },
          ]}
        />
      </Card>
      <Card title={t('followersOf', { n: customer.followers.length })}>
        {customer.followers.map((follow) => (
          <Follower key={follow.id} customer={customer.id} follow={follow} />
        ))}
        {customer.followers.length === 0 && <p className="q-faint">{t('noFollowers')}</p>}
      </Card>
      <CustomerSections customer={customer} />
      <Card title={t('groups', { n: customer.groups.length })}>
        {customer.groups.length === 0 ? (
          <p className="q-faint">{t('noGroups')}</p>
        ) : (
          <ul className="customer-groups">
            {customer.groups.map((group) => (
              <li key={group.id}>
                <span>{group.name || t('namelessGroup')}</span>
                <span className="q-faint">
                  {t('groupLine', { owner: group.ownerName, n: group.members })}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function Follower({ customer, follow }: { customer: string; follow: FollowRow }) {
  const t = useT();
  const { text } = useI18n();
  const standing = standingOf(follow.standing);
  return (
    <section className="customer-follower">
      <header>
        <MemberTag name={follow.memberName} />
        <StateBadge tone={standingTone[standing]}>{t(`standing.${standing}`)}</StateBadge>
      </header>
      <Facts
        items={[
          { name: t('remark'), value: follow.remark || '–' },
          ...(follow.description ? [{ name: t('description'), value: follow.description }] : []),
          ...(follow.company ? [{ name: t('remarkCompany'), value: follow.company }] : []),
          ...(follow.mobiles.length > 0
            ? [
                {
                  name: t('mobiles'),
                  value: <Phones customer={customer} follow={follow.id} masked={follow.mobiles} />,
                  hint: t('mobiles.hint'),
                },
              ]
            : []),
          {
            name: t('addWay'),
            value: text(
              `customer.addWay.${follow.addWay}`,
              undefined,
              t('addWay.other', { code: follow.addWay }),
            ),
          },
          { name: t('added'), value: <MaybeTime at={follow.addedAt} show="time" /> },
          ...(follow.endedAt
            ? [{ name: t('endedAt'), value: <TimeText at={follow.endedAt} show="time" /> }]
            : []),
          {
            name: t('tag'),
            value:
              tagNames(follow.tags).length > 0 ? <Labels texts={tagNames(follow.tags)} limit={12} /> : '–',
          },
        ]}
      />
    </section>
  );
}
