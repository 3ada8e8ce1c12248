import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { formatBytes, formatNumber } from '@/lib/measure';
import { useUrlFilters } from '@/lib/url-filters';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { NumberText } from '@/parts/NumberText';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { Setting } from './setting';
import { useT } from './strings';

type Host = components['schemas']['NetworkHost'];

const askers = ['wecom', 'pictures', 'files', 'acme', 'health', 'program'] as const;

/** Every host that was called, the latest first; what was refused stands out. */
export function Hosts() {
  const t = useT();
  const { language } = useI18n();
  const filters = useUrlFilters('refused');
  const refused = filters.one('refused') === 'yes';
  const columns: Column<Host>[] = [
    {
      key: 'host',
      title: t('host'),
      fixed: true,
      width: 210,
      render: (row) => (row.host === '*' ? t('rest') : <code>{`${row.host}:${row.port}`}</code>),
    },
    {
      key: 'asker',
      title: t('asker'),
      hint: t('asker.hint'),
      width: 120,
      render: (row) => {
        const known = askers.find((name) => name === row.asker);
        return known ? t(`asker.${known}`) : row.asker;
      },
    },
    {
      key: 'setting',
      title: t('setting'),
      hint: t('setting.hint'),
      width: 160,
      render: (row) => <Setting name={row.setting} />,
    },
    {
      key: 'calls',
      title: t('calls'),
      hint: t('calls.hint'),
      width: 96,
      align: 'right',
      render: (row) => <NumberText value={row.calls} />,
    },
    {
      key: 'failures',
      title: t('failures'),
      hint: t('failures.hint'),
      width: 76,
      align: 'right',
      render: (row) => <NumberText value={row.failures} />,
    },
    {
      key: 'refused',
      title: t('refused'),
      hint: t('refused.hint'),
      width: 92,
      align: 'right',
      render: (row) =>
        row.refused > 0 ? (
          <StateBadge tone="bad">{formatNumber(language, row.refused)}</StateBadge>
        ) : (
          <NumberText value={0} />
        ),
    },
    { key: 'sent', title: t('sent'), width: 84, align: 'right', render: (row) => formatBytes(row.sent) },
    {
      key: 'received',
      title: t('received'),
      width: 84,
      align: 'right',
      render: (row) => formatBytes(row.received),
    },
    {
      key: 'first',
      title: t('first'),
      width: 150,
      optional: true,
      render: (row) => <TimeText at={row.firstAt} show="time" />,
    },
    { key: 'last', title: t('last'), width: 92, render: (row) => <TimeText at={row.lastAt} /> },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        items={[
          {
            key: 'refused',
            label: t('refused'),
            kind: 'choice',
            options: [{ value: 'yes', label: t('refused.only') }],
          },
        ]}
      />
      <DataTable<Host>
        id="network.hosts"
        label={t('hosts')}
        rowKey={(row) => `${row.host} ${row.port} ${row.asker}`}
        queryKey={['network', 'hosts', refused]}
        load={({ signal }) => ok(api.GET('/api/network/hosts', { params: { query: { refused } }, signal }))}
        columns={columns}
        filters={filters}
        empty={{ title: refused ? t('refused.none') : t('empty'), hint: t('empty.hint') }}
      />
    </>
  );
}
