import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { type Column, DataTable } from '@/parts/DataTable';
import { Setting } from './setting';
import { useT } from './strings';

type Permit = components['schemas']['NetworkPermit'];

/** The whole of what may be called, with the reason of each entry. */
export function Permits() {
  const t = useT();
  const columns: Column<Permit>[] = [
    { key: 'host', title: t('host'), fixed: true, render: (row) => <code>{row.host}</code> },
    {
      key: 'setting',
      title: t('setting'),
      hint: t('permits.hint'),
      render: (row) => <Setting name={row.setting} />,
    },
  ];
  return (
    <DataTable<Permit>
      id="network.permits"
      label={t('permits')}
      rowKey={(row) => `${row.host} ${row.setting}`}
      queryKey={['network', 'permits']}
      load={({ signal }) => ok(api.GET('/api/network/permits', { signal }))}
      columns={columns}
      empty={{ title: t('permits.empty'), hint: t('permits.hint') }}
    />
  );
}
