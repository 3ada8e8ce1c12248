import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { CustomerOf } from '@/parts/CustomerCard';
import { type Column, DataTable } from '@/parts/DataTable';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Choice } from '@/parts/fields';
import { StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import type { PersonRecord } from './words';

type Row = components['schemas']['ProfileDuplicate'];

/** Persons with several records: equal unionid, different external_userid. */
export function DuplicatesTab() {
  const t = useT();
  const can = useCan();
  const [merging, setMerging] = useState<readonly PersonRecord[] | null>(null);
  const part = usePart();
  useLive(['profile', 'customer'], [['profile', 'duplicates']]);
  const columns: Column<Row>[] = [
    {
      key: 'records',
      title: t('records'),
      fixed: true,
      render: (row) => (
        <div className="profile-records">
          {row.records.map((record) => (
            <RecordLine key={record.id} record={record} />
          ))}
        </div>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 170,
      render: (row) =>
        row.merge ? (
          <>
            <StateBadge tone="good">{t('merged')}</StateBadge>
            <div className="q-faint">
              {row.merge.by} · <TimeText at={row.merge.at} />
            </div>
          </>
        ) : (
          <StateBadge tone="quiet">{t('unmerged')}</StateBadge>
        ),
    },
    {
      key: 'act',
      title: t('actions'),
      width: 140,
      render: (row) => {
        if (!can('profile.merge')) return null;
        const merge = row.merge;
        return merge ? (
          <Button size="small" look="link" onClick={() => part(merge.id)}>
            {t('part')}
          </Button>
        ) : (
          <Button size="small" look="link" onClick={() => setMerging(row.records)}>
            {t('merge')}
          </Button>
        );
      },
    },
  ];
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('duplicates.meaning')} />
      <DataTable<Row>
        id="profile.duplicates"
        label={t('tab.duplicates')}
        columns={columns}
        rowKey={(row) => row.key}
        queryKey={['profile', 'duplicates']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/profile/duplicates', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('duplicates.empty'), hint: t('duplicates.empty.hint') }}
      />
      {merging && <MergeDialog records={merging} onClose={() => setMerging(null)} />}
    </div>
  );
}

/** One record of a person, with the way to its page. */
export function RecordLine({ record }: { record: PersonRecord }) {
  const t = useT();
  return (
    <div className="profile-record">
      <CustomerOf row={record} id={record.id} />
      <span className="q-faint">{t('record.follows', { n: record.follows })}</span>
      {record.main && <StateBadge tone="good">{t('record.main')}</StateBadge>}
      {record.black && <StateBadge tone="bad">{t('blacklisted')}</StateBadge>}
    </div>
  );
}

/** Undoes a merge after asking. */
export function usePart() {
  const t = useT();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  return (id: string) =>
    confirm({
      title: t('part.title'),
      detail: t('part.detail'),
      action: t('part'),
      onConfirm: async () => {
        await ok(api.DELETE('/api/profile/merges/{id}', { params: { path: { id } } }));
        done(t('parted'));
        await client.invalidateQueries({ queryKey: ['profile'] });
      },
    });
}

/** Chooses the main record and merges. */
export function MergeDialog(props: { records: readonly PersonRecord[]; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [main, setMain] = useState(props.records[0]?.id ?? '');
  const merge = async () => {
    const others = props.records.map((r) => r.id).filter((id) => id !== main);
    await ok(api.POST('/api/profile/merges', { body: { main, others } }));
    done(t('merge.done'));
    await client.invalidateQueries({ queryKey: ['profile'] });
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={t('merge.title', { n: props.records.length })}>
      <div className="q-stack">
        <p>{t('merge.detail')}</p>
        <Choice
          label={t('merge.main')}
          value={main}
          onChange={setMain}
          options={props.records.map((r) => ({
            value: r.id,
            label: r.name || t('nameless'),
            hint: `${r.customer} · ${t('record.follows', { n: r.follows })}`,
          }))}
        />
        <div className="q-row">
          <Button look="primary" onClick={merge}>
            {t('merge')}
          </Button>
          <Button onClick={props.onClose}>{t('cancel')}</Button>
        </div>
      </div>
    </Dialog>
  );
}
