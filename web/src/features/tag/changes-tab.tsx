import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useSettle } from './change';
import { useT } from './strings';
import { type Change, changeTone } from './words';

/** What people asked WeCom to change, and what became of it. */
export function ChangesTab() {
  const t = useT();
  const can = useCan();
  const settle = useSettle();
  const { problem } = useFeedback();
  const columns: Column<Change>[] = [
    { key: 'what', title: t('change'), fixed: true, width: 150, render: (row) => t(`change.${row.kind}`) },
    { key: 'label', title: t('name'), width: 180, render: (row) => row.label || t('groups') },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      render: (row) => <StateBadge tone={changeTone[row.state]}>{t(`change.state.${row.state}`)}</StateBadge>,
    },
    {
      key: 'reason',
      title: t('reason'),
      render: (row) =>
        row.reason ? (
          <>
            <div>{row.reason}</div>
            <div className="q-faint">{row.advice}</div>
          </>
        ) : (
          '–'
        ),
    },
    { key: 'by', title: t('by'), width: 120, render: (row) => row.by },
    { key: 'at', title: t('at'), width: 150, render: (row) => <TimeText at={row.at} /> },
    {
      key: 'actions',
      title: '',
      width: 90,
      render: (row) =>
        row.state === 'refused' &&
        row.id !== undefined &&
        can('tag.write') && (
          <Button
            size="small"
            onClick={() =>
              settle(
                ok(api.POST('/api/tag/changes/{id}/retry', { params: { path: { id: row.id ?? '' } } })),
              ).catch(problem)
            }
          >
            {t('retry')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable<Change>
      id="tag.changes"
      label={t('tab.changes')}
      columns={columns}
      rowKey={(row) => row.id ?? ''}
      queryKey={['tag', 'changes']}
      load={({ after, limit, signal }) =>
        ok(api.GET('/api/tag/changes', { params: { query: { after, limit } }, signal }))
      }
      empty={{ title: t('changes.empty'), hint: t('changes.empty.hint') }}
    />
  );
}
