import { useMemo } from 'react';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { ExportButton } from '@/parts/ExportButton';
import { FilterBar } from '@/parts/FilterBar';
import { Page } from '@/parts/Page';
import { Switcher } from '@/parts/Tabs';
import { CompanyTable } from './company-table';
import { FollowTable } from './follow-table';
import { filterKeys, type Level, ruleOf } from './query';
import { useT } from './strings';
import { SyncButton } from './sync-button';
import { addWays } from './words';

/** Customers at either level: one row a customer, or one row a member–customer pair. */
export default function ListPage() {
  const t = useT();
  const { text } = useI18n();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters(...filterKeys);
  const levels = useUrlFilters('level');
  const level: Level = levels.one('level') === 'follow' ? 'follow' : 'company';
  const rule = useMemo(() => ruleOf(filters, level, zone, now), [filters, level, zone, now]);

  return (
    <Page
      title={t('title')}
      meaning={t(`meaning.${level}`)}
      actions={
        <>
          {can('customer.export') && (
            <ExportButton
              list={level === 'follow' ? 'customer.follows' : 'customer.customers'}
              filter={{ rule }}
            />
          )}
          <SyncButton />
        </>
      }
    >
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        viewsKey="customer.list"
        items={[
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          { key: 'tag', label: t('tag'), kind: 'tag', modeKey: 'tagMode' },
          { key: 'added', label: t('added'), kind: 'period' },
          {
            key: 'standing',
            label: t('standing'),
            kind: 'choice',
            options: (['half', 'lost', 'deleted', 'gone', 'handed', 'all'] as const).map((s) => ({
              value: s,
              label: t(`standing.${s}`),
            })),
          },
          {
            key: 'addWay',
            label: t('addWay'),
            kind: 'choice',
            options: addWays.map((way) => ({ value: String(way), label: text(`customer.addWay.${way}`) })),
          },
        ]}
      />
      {level === 'company' ? (
        <CompanyTable rule={rule} filters={filters} tools={<LevelSwitch />} />
      ) : (
        <FollowTable rule={rule} filters={filters} tools={<LevelSwitch />} />
      )}
    </Page>
  );
}

function LevelSwitch() {
  const t = useT();
  const levels = useUrlFilters('level');
  const level: Level = levels.one('level') === 'follow' ? 'follow' : 'company';
  return (
    <Switcher<Level>
      label={t('level')}
      value={level}
      onChange={(next) => levels.patch({ level: next === 'company' ? undefined : next })}
      options={[
        { value: 'company', label: t('level.company') },
        { value: 'follow', label: t('level.follow') },
      ]}
    />
  );
}
