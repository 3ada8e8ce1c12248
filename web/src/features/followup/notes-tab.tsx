import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { ExportButton } from '@/parts/ExportButton';
import { FilterBar } from '@/parts/FilterBar';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { NotePictures } from './note-pictures';
import { useT } from './strings';

type Line = components['schemas']['FollowupNoteLine'];

const kinds = ['note', 'call', 'message'] as const;
const some = <T,>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined);

/** All notes about the customers whom the viewer sees, the newest first. */
export function AllNotes() {
  const t = useT();
  const can = useCan();
  const zone = useTimeZone();
  const now = useNow();
  const filters = useUrlFilters('q', 'member', 'how', 'period');
  const period = periodInstants(filters.one('period'), zone, now);
  const query = {
    q: filters.one('q'),
    member: some(filters.many('member')),
    how: some(kinds.filter((kind) => filters.many('how').includes(kind))),
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
  };
  const columns: Column<Line>[] = [
    {
      key: 'customer',
      title: t('customer'),
      fixed: true,
      width: 160,
      render: (note) => <Link to={`/customer/${note.customerId}`}>{note.customerName || t('nameless')}</Link>,
    },
    {
      key: 'how',
      title: t('how'),
      width: 90,
      render: (note) => (
        <StateBadge tone={note.how === 'note' ? 'quiet' : 'busy'}>{t(`how.${note.how}`)}</StateBadge>
      ),
    },
    {
      key: 'text',
      title: t('note.text'),
      width: 420,
      render: (note) => (
        <>
          {note.text && <p className="followup-text">{note.text}</p>}
          {note.mentions.length > 0 && (
            <p className="q-faint">{note.mentions.map((who) => `@${note.names[who] ?? who}`).join(' ')}</p>
          )}
          <NotePictures pictures={note.pictures} />
        </>
      ),
    },
    { key: 'member', title: t('note.by'), width: 120, render: (note) => note.name },
    {
      key: 'at',
      title: t('note.at'),
      width: 160,
      render: (note) => (
        <>
          <TimeText at={Date.parse(note.createdAt)} show="time" />
          {note.editedAt && <span className="q-faint"> · {t('edited')}</span>}
        </>
      ),
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: t('notes.search') }}
        items={[
          { key: 'period', label: t('note.at'), kind: 'period' },
          { key: 'member', label: t('note.by'), kind: 'member' },
          {
            key: 'how',
            label: t('how'),
            kind: 'choice',
            multiple: true,
            options: kinds.map((kind) => ({ value: kind, label: t(`how.${kind}`) })),
          },
        ]}
      />
      <DataTable<Line>
        id="followup.notes"
        label={t('notes.all')}
        columns={columns}
        rowKey={(note) => note.id}
        queryKey={['followup', 'all', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/followup/notes', { params: { query: { ...query, after, limit } }, signal }))
        }
        filters={filters}
        empty={{
          title: t('notes.empty'),
          hint: t('notes.all.hint'),
          action: (
            <Button icon="customer" to="/customer">
              {t('toCustomers')}
            </Button>
          ),
        }}
        tools={can('followup.export') && <ExportButton list="followup.notes" filter={query} />}
      />
    </>
  );
}
