import { useMemo } from 'react';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { isEmpty } from '@/lib/rule';
import { useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { ExportButton } from '@/parts/ExportButton';
import { FilterBar } from '@/parts/FilterBar';
import { Page } from '@/parts/Page';
import { Switcher } from '@/parts/Tabs';
import { useViews } from '@/parts/Views';
import { CompanyTable } from './company-table';
import { useFieldNames, useFields, useRuleWords } from './fields';
import { Figures, WithoutContact } from './figures';
import { FollowTable } from './follow-table';
import { filterKeys, type Level, ruleOf, standings } from './query';
import { RuleButton } from './rule-button';
import { SaveSegment } from './save-segment';
import { useT } from './strings';
import { SyncButton } from './sync-button';
import { CustomerViews, list } from './views';
import { addWays } from './words';
import './customer.css';

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
  const words = useRuleWords([rule]);
  const { open } = useViews(list);
  const fields = useFields();
  const names = useFieldNames();
  const segments = fields.data?.items.find((field) => field.key === 'segment');
  const Table = level === 'company' ? CompanyTable : FollowTable;

  return (
    <Page
      title={t('title')}
      meaning={t(`meaning.${level}`)}
      actions={
        <>
          <WithoutContact />
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
      <Figures level={level} filters={filters} />
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('search') }}
        items={[
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          { key: 'tag', label: t('tag'), kind: 'tag', modeKey: 'tagMode' },
          { key: 'added', label: t('added'), kind: 'period' },
          {
            key: 'standing',
            label: t('standing'),
            kind: 'choice',
            multiple: true,
            options: ([...standings, 'all'] as const).map((s) => ({ value: s, label: t(`standing.${s}`) })),
          },
          {
            key: 'addWay',
            label: t('addWay'),
            kind: 'choice',
            multiple: true,
            options: addWays.map((way) => ({
              value: String(way),
              label: text(`customer.addWay.${way}`),
            })),
          },
          {
            key: 'came',
            label: t('came'),
            kind: 'choice',
            options: (['new', 'taken'] as const).map((value) => ({ value, label: t(`came.${value}`) })),
          },
          { key: 'group', label: t('group'), kind: 'group' },
          {
            key: 'gender',
            label: t('gender'),
            kind: 'choice',
            multiple: true,
            options: ['1', '2', '0'].map((value) => ({ value, label: text(`field.gender.${value}`) })),
          },
          {
            key: 'type',
            label: t('type'),
            kind: 'choice',
            options: ['1', '2'].map((value) => ({ value, label: text(`field.type.${value}`) })),
          },
          {
            key: 'lost',
            label: t('lost'),
            kind: 'choice',
            options: [
              { value: 'true', label: t('lost.true') },
              { value: 'false', label: t('lost.false') },
            ],
          },
          ...(segments?.options?.length
            ? [
                {
                  key: 'segment',
                  label: t('segment'),
                  kind: 'choice' as const,
                  options: segments.options.map(({ value }) => ({
                    value,
                    label: names.choice(segments, value),
                  })),
                },
              ]
            : []),
        ]}
      >
        {!isEmpty(rule) && <SaveSegment rule={rule} />}
        <RuleButton filters={filters} />
        <CustomerViews />
      </FilterBar>
      {!isEmpty(rule) && <p className="customer-words">{t('rule.means', { words: words(rule) })}</p>}
      <Table
        key={`${level}.${open?.id}.${open?.version}`}
        rule={rule}
        filters={filters}
        view={open}
        tools={<LevelSwitch />}
      />
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
