import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { type Column, DataTable } from '@/parts/DataTable';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';

type Change = components['schemas']['SetupChange'];

/** Who set what, the newest first. */
export function Changes() {
  const t = useT();
  const columns: Column<Change>[] = [
    {
      key: 'at',
      title: t('change.at'),
      fixed: true,
      width: 150,
      render: (row) => <TimeText at={row.at} show="time" />,
    },
    { key: 'name', title: t('change.who'), width: 130, render: (row) => row.name },
    { key: 'field', title: t('change.what'), width: 170, render: (row) => t(`setting.${row.field}`) },
    { key: 'before', title: t('change.before'), width: 170, render: (row) => value(row.field, row.before) },
    { key: 'after', title: t('change.after'), width: 170, render: (row) => value(row.field, row.after) },
  ];
  const value = (field: Change['field'], text: string) => {
    if (text === '') return <span className="q-faint">–</span>;
    if (field === 'quota') return text === '0' ? t('quota.none') : t('quota.calls', { n: Number(text) });
    return field === 'status' ? t(text === 'active' ? 'corps.active' : 'corps.suspended') : text;
  };
  return (
    <DataTable<Change>
      id="setup.changes"
      label={t('changes')}
      rowKey={(row) => row.id}
      queryKey={['setup', 'changes']}
      load={({ after, limit, signal }) =>
        ok(api.GET('/api/setup/changes', { params: { query: { after, limit } }, signal }))
      }
      columns={columns}
      empty={{ title: t('changes.none') }}
    />
  );
}
