import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { CustomerOf } from '@/parts/CustomerCard';
import type { Column } from '@/parts/DataTable';
import { Hint } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { type LevelProps, LevelTable } from './level-table';
import { MaybeTime } from './maybe-time';
import { useT } from './strings';
import { type CustomerRow, tagNames } from './words';

/** One row a customer. */
export function CompanyTable(props: LevelProps) {
  const t = useT();
  useLive(['customer', 'follow', 'profile'], [['customer', 'company']]);

  const columns: Column<CustomerRow>[] = [
    {
      key: 'name',
      title: t('customer'),
      fixed: true,
      width: 260,
      render: (row) => <CustomerOf row={{ ...row, remark: row.members[0]?.remark }} />,
    },
    {
      key: 'members',
      title: t('followers'),
      hint: t('followers.hint'),
      width: 220,
      render: (row) => {
        const open = row.members.filter((m) => m.standing <= 2);
        const [first, ...others] = open.length > 0 ? open : row.members;
        if (!first) return <span className="q-faint">–</span>;
        return (
          <span className="customer-members">
            <MemberTag name={first.name} />
            {others.length > 0 && (
              <Hint text={others.map((m) => m.name).join(' · ')}>
                {t('followers.more', { n: others.length })}
              </Hint>
            )}
          </span>
        );
      },
    },
    {
      key: 'tags',
      title: t('tag'),
      hint: t('tags.hint'),
      width: 200,
      render: (row) => <Labels texts={tagNames(row.tags)} />,
    },
    {
      key: 'state',
      title: t('standing'),
      hint: t('companyState.hint'),
      width: 130,
      render: (row) => {
        const open = row.members.filter((m) => m.standing <= 2);
        if (open.length === 0) return <StateBadge tone="bad">{t('companyState.lost')}</StateBadge>;
        return open.every((m) => m.standing === 2) ? (
          <StateBadge tone="busy">{t('standing.half')}</StateBadge>
        ) : (
          <StateBadge tone="good">{t('companyState.open')}</StateBadge>
        );
      },
    },
    {
      key: 'newest',
      title: t('newest'),
      hint: t('newest.hint'),
      width: 150,
      render: (row) => <MaybeTime at={row.newestAt} />,
    },
    {
      key: 'added',
      title: t('firstAdded'),
      hint: t('firstAdded.hint'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.addedAt} />,
    },
    {
      key: 'lost',
      title: t('lostAt'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.lostAt} />,
    },
    {
      key: 'external',
      title: t('externalId'),
      width: 280,
      optional: true,
      render: (row) => <code>{row.customer}</code>,
    },
  ];
  return (
    <LevelTable<CustomerRow>
      list={props}
      level="company"
      columns={columns}
      load={(query, signal) => ok(api.GET('/api/customer/customers', { params: { query }, signal }))}
      count={(query, signal) => ok(api.GET('/api/customer/customers/count', { params: { query }, signal }))}
      customer={(key) => key}
    />
  );
}
