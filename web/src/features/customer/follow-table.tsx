import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { CustomerOf } from '@/parts/CustomerCard';
import type { Column } from '@/parts/DataTable';
import { MemberTag } from '@/parts/MemberTag';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { type LevelProps, LevelTable } from './level-table';
import { MaybeTime } from './maybe-time';
import { useT } from './strings';
import { type FollowRow, standingOf, standingTone, tagNames } from './words';

/** One row a member–customer pair. */
export function FollowTable(props: LevelProps) {
  const t = useT();
  const { text } = useI18n();
  useLive(['follow', 'profile'], [['customer', 'follow']]);

  const columns: Column<FollowRow>[] = [
    {
      key: 'name',
      title: t('customer'),
      fixed: true,
      width: 230,
      render: (row) => <CustomerOf row={row} />,
    },
    { key: 'member', title: t('member'), width: 130, render: (row) => <MemberTag name={row.memberName} /> },
    { key: 'tags', title: t('tag'), width: 190, render: (row) => <Labels texts={tagNames(row.tags)} /> },
    {
      key: 'standing',
      title: t('standing'),
      width: 120,
      render: (row) => {
        const s = standingOf(row.standing);
        return <StateBadge tone={standingTone[s]}>{t(`standing.${s}`)}</StateBadge>;
      },
    },
    {
      key: 'addWay',
      title: t('addWay'),
      width: 140,
      render: (row) =>
        text(`customer.addWay.${row.addWay}`, undefined, t('addWay.other', { code: row.addWay })),
    },
    { key: 'added', title: t('added'), width: 140, render: (row) => <MaybeTime at={row.addedAt} /> },
    {
      key: 'ended',
      title: t('endedAt'),
      width: 150,
      optional: true,
      render: (row) => <MaybeTime at={row.endedAt} />,
    },
    {
      key: 'company',
      title: t('remarkCompany'),
      width: 160,
      optional: true,
      render: (row) => row.company || '–',
    },
    {
      key: 'description',
      title: t('description'),
      width: 220,
      optional: true,
      render: (row) => row.description || '–',
    },
    {
      key: 'mobiles',
      title: t('mobiles'),
      width: 150,
      optional: true,
      render: (row) => row.mobiles.join(t('comma')) || '–',
    },
  ];
  return (
    <LevelTable<FollowRow>
      list={props}
      level="follow"
      columns={columns}
      load={(query, signal) => ok(api.GET('/api/customer/follows', { params: { query }, signal }))}
      count={(query, signal) => ok(api.GET('/api/customer/follows/count', { params: { query }, signal }))}
      customer={(_, row) => row?.customerId}
    />
  );
}
