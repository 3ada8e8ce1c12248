import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { type Column, DataTable } from '@/parts/DataTable';
import { FilterBar } from '@/parts/FilterBar';
import { NumberText } from '@/parts/NumberText';
import { StateBadge, type Tone } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import './eventlog.css';
import { useT } from './strings';
import type { Call } from './words';

const classes = ['transient', 'token', 'quota', 'config', 'item'] as const;
const tones: Readonly<Record<(typeof classes)[number], Tone>> = {
  transient: 'warn',
  token: 'warn',
  quota: 'warn',
  config: 'bad',
  item: 'quiet',
};

/** The calls that WeCom refused or did not answer, with what to do about each. */
export function Calls() {
  const t = useT();
  const { language } = useI18n();
  const filters = useUrlFilters('operation', 'errcode');
  useLive('call', [['eventlog', 'calls']]);
  const code = Number(filters.one('errcode'));
  const chosen = {
    operation: filters.one('operation'),
    errcode: Number.isInteger(code) && code !== 0 ? code : undefined,
  };
  const columns: Column<Call>[] = [
    {
      key: 'errcode',
      title: t('call.code'),
      hint: t('call.code.hint'),
      fixed: true,
      width: 110,
      render: (row) => (row.errcode === 0 ? t('call.noAnswer') : <code>{row.errcode}</code>),
    },
    {
      key: 'class',
      title: t('call.class'),
      hint: t('call.class.hint'),
      width: 120,
      render: (row) => {
        const known = classes.find((name) => name === row.class);
        return known ? <StateBadge tone={tones[known]}>{t(`class.${known}`)}</StateBadge> : row.class;
      },
    },
    {
      key: 'operation',
      title: t('call.operation'),
      width: 220,
      render: (row) => <code>{row.operation}</code>,
    },
    {
      key: 'advice',
      title: t('call.advice'),
      render: (row) => (
        <>
          {language === 'en' ? row.adviceEn : row.adviceZh}
          <div className="q-faint eventlog-brief eventlog-brief-one" title={row.reason}>
            {row.reason}
          </div>
        </>
      ),
    },
    {
      key: 'times',
      title: t('call.times'),
      hint: t('call.times.hint'),
      width: 90,
      align: 'right',
      render: (row) => <NumberText value={row.times} />,
    },
    { key: 'last', title: t('call.last'), width: 130, render: (row) => <TimeText at={row.lastAt} /> },
    { key: 'app', title: t('call.app'), width: 110, optional: true, render: (row) => row.app },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        items={[
          { key: 'errcode', label: t('call.code'), kind: 'text', placeholder: '60020' },
          { key: 'operation', label: t('call.operation'), kind: 'text', placeholder: 'externalcontact/get' },
        ]}
      />
      <DataTable<Call>
        id="eventlog.calls"
        label={t('calls')}
        rowKey={(row) => row.id}
        queryKey={['eventlog', 'calls', chosen]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/eventlog/calls', { params: { query: { ...chosen, after, limit } }, signal }))
        }
        columns={columns}
        filters={filters}
        empty={{ title: t('calls.none'), hint: t('calls.none.hint') }}
      />
    </>
  );
}
