import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { type Column, DataTable } from '@/parts/DataTable';
import { Drawer } from '@/parts/Drawer';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useWhy } from './rule-words';
import { useT } from './strings';
import { type Hit, hitTone, type Rule } from './words';

/** What a rule noticed, with the reason. */
export function HitsDrawer({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const t = useT();
  const why = useWhy();
  const because = useBecause('tag');
  const columns: Column<Hit>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 150,
      render: (row) =>
        row.customerId ? (
          <Link className="tag-clamp" to={`/customer/${row.customerId}`}>
            {row.name || t('nameless')}
          </Link>
        ) : (
          <span className="tag-clamp">{row.name || t('nameless')}</span>
        ),
    },
    { key: 'member', title: t('member'), width: 110, render: (row) => row.memberName || '–' },
    {
      key: 'outcome',
      title: t('result'),
      width: 130,
      render: (row) => (
        <StateBadge tone={hitTone[row.outcome]} hint={because(row.reason) || t(`hit.${row.outcome}.hint`)}>
          {t(`hit.${row.outcome}`)}
        </StateBadge>
      ),
    },
    { key: 'why', title: t('reason'), width: 190, render: (row) => why(row) },
    { key: 'at', title: t('at'), width: 130, render: (row) => <TimeText at={row.at} /> },
  ];
  return (
    <Drawer open onClose={onClose} title={t('hits.title', { name: rule.name })} width={760}>
      <DataTable<Hit>
        id="tag.hits"
        label={t('hits.title', { name: rule.name })}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['tag', 'hits', rule.id]}
        load={({ after, limit, signal }) =>
          ok(
            api.GET('/api/tag/rules/{id}/hits', {
              params: { path: { id: rule.id }, query: { after, limit } },
              signal,
            }),
          )
        }
        empty={{ title: t('hits.empty'), hint: t('hits.empty.hint') }}
      />
    </Drawer>
  );
}
