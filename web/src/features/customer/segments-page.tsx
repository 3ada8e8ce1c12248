import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import type { Rule } from '@/lib/rule';
import { ActionMenu, Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { Page } from '@/parts/Page';
import { useShareWords } from '@/parts/SavedFields';
import { Label, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useRuleWords } from './fields';
import { RuleSize } from './rule-size';
import { type Segment, SegmentDialog } from './segment-dialog';
import { useT } from './strings';
import './customer.css';

/** Saved conditions: each is a list that is always up to date. */
export default function SegmentsPage() {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const navigate = useNavigate();
  const shareWords = useShareWords();
  const [open, setOpen] = useState<Segment | 'new'>();
  const key = ['customer', 'segments'];
  // Read once: the table takes what the words' query reads, on its way or just come.
  const reading = {
    queryKey: [...key, 'all'],
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET('/api/customer/segments', { signal })),
  };
  const segments = useQuery(reading);
  useLive('segment', [key]);
  const words = useRuleWords((segments.data?.items ?? []).map((segment) => segment.rule as Rule));

  const remove = async (segment: Segment) => {
    await feedback.confirm({
      title: t('segment.remove.title', { name: segment.name }),
      detail: t('segment.remove.detail'),
      action: t('segment.remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/customer/segments/{id}', { params: { path: { id: segment.id } } }));
        await client.invalidateQueries({ queryKey: ['customer'] });
      },
    });
  };
  const create = (
    <Button look="primary" icon="add" onClick={() => setOpen('new')}>
      {t('segment.new')}
    </Button>
  );
  const columns: Column<Segment>[] = [
    {
      key: 'name',
      title: t('segment.name'),
      fixed: true,
      width: 200,
      render: (row) => (
        <span className="customer-segment-name">
          <Link to="/customer" search={{ segment: row.id } as never}>
            {row.name}
          </Link>
          {row.note && <small className="q-faint">{row.note}</small>}
        </span>
      ),
    },
    {
      key: 'rule',
      title: t('segment.rule'),
      render: (row) =>
        row.broken ? (
          <span>
            <StateBadge tone="bad">{t('segment.broken')}</StateBadge>{' '}
            <span className="q-faint">{row.broken}</span>
          </span>
        ) : (
          <span className="customer-segment-rule">{words(row.rule as Rule)}</span>
        ),
    },
    {
      key: 'size',
      title: t('segment.size'),
      hint: t('segment.size.hint'),
      width: 160,
      render: (row) =>
        row.broken ? (
          <span className="q-faint">–</span>
        ) : (
          <RuleSize rule={{ field: 'segment', op: 'any', values: [row.id] }} version={row.version} />
        ),
    },
    {
      key: 'share',
      title: t('saved.with'),
      width: 110,
      render: (row) => <Label>{shareWords(row.share)}</Label>,
    },
    { key: 'owner', title: t('segment.owner'), width: 100, render: (row) => row.ownerName || '–' },
    {
      key: 'updated',
      title: t('segment.updated'),
      width: 110,
      render: (row) => <TimeText at={row.updatedAt} />,
    },
    {
      key: 'actions',
      title: t('segment.actions'),
      width: 70,
      render: (row) => (
        <ActionMenu
          label={t('actions.more')}
          actions={[
            {
              key: 'open',
              label: t('segment.open'),
              icon: 'customer',
              onClick: () => navigate({ to: `/customer?segment=${row.id}` }),
            },
            ...(row.editable
              ? [
                  {
                    key: 'edit',
                    label: t('segment.change'),
                    icon: 'edit' as const,
                    onClick: () => setOpen(row),
                  },
                  {
                    key: 'remove',
                    label: t('segment.remove'),
                    icon: 'remove' as const,
                    danger: true,
                    onClick: () => remove(row),
                  },
                ]
              : []),
          ]}
        />
      ),
    },
  ];
  return (
    <Page title={t('segments')} meaning={t('segments.meaning')} actions={create}>
      <DataTable<Segment>
        id="customer.segments"
        label={t('segments')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={key}
        load={async () => ({ items: (await client.fetchQuery(reading)).items })}
        empty={{ title: t('segments.empty'), hint: t('segments.empty.hint'), action: create }}
      />
      {open && (
        <SegmentDialog segment={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />
      )}
    </Page>
  );
}
