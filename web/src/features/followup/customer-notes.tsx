import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import type { CustomerSectionProps } from '@/lib/customer-parts';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Card, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { NoteForm } from './note-form';
import { NotePictures } from './note-pictures';
import { useT } from './strings';
import './followup.css';

type Note = components['schemas']['FollowupNote'];

/** What was written down about a customer, with the place to write the next. */
export default function CustomerNotes({ customer }: CustomerSectionProps) {
  const { id } = customer;
  const t = useT();
  const can = useCan();
  useLive('followup', [['followup', 'notes', id]]);
  const pages = useInfiniteQuery({
    queryKey: ['followup', 'notes', id],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET('/api/followup/customers/{id}/notes', {
          params: { path: { id }, query: { after: pageParam, limit: 20 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
  const notes = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card>
      <div className="q-stack">
        {can('followup.write') && <NoteForm customer={id} />}
        {pages.isPending && <Waiting rows={3} />}
        {pages.isError && <ErrorView error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.data && notes.length === 0 && (
          <Empty compact title={t('notes.empty')} hint={t('notes.empty.hint')} />
        )}
        {notes.map((note) => (
          <NoteEntry key={note.id} note={note} customer={id} />
        ))}
        {pages.hasNextPage && (
          <span>
            <Button onClick={async () => void (await pages.fetchNextPage())}>{t('more')}</Button>
          </span>
        )}
      </div>
    </Card>
  );
}

function NoteEntry({ note, customer }: { note: Note; customer: string }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [editing, setEditing] = useState(false);
  if (editing) return <NoteForm customer={customer} note={note} onClose={() => setEditing(false)} />;
  const remove = () =>
    feedback.confirm({
      title: t('note.remove.title'),
      detail: t('note.remove.detail'),
      action: t('remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/followup/notes/{id}', { params: { path: { id: note.id } } }));
        await client.invalidateQueries({ queryKey: ['followup'] });
      },
    });
  const actions = [
    ...(note.mine
      ? [{ key: 'edit', label: t('edit'), icon: 'edit' as const, onClick: () => setEditing(true) }]
      : []),
    ...(note.removable
      ? [{ key: 'remove', label: t('remove'), icon: 'remove' as const, danger: true, onClick: remove }]
      : []),
  ];
  return (
    <article className="followup-note">
      <header>
        <StateBadge tone={note.how === 'note' ? 'quiet' : 'busy'}>{t(`how.${note.how}`)}</StateBadge>
        <strong>{note.name}</strong>
        <span className="q-faint">
          <TimeText at={Date.parse(note.createdAt)} />
          {note.editedAt && ` · ${t('edited')}`}
        </span>
        <span className="q-grow" />
        {can('followup.write') && actions.length > 0 && (
          <ActionMenu size="small" label={t('actions')} actions={actions} />
        )}
      </header>
      {note.text && <p className="followup-text">{note.text}</p>}
      {(note.mentions ?? []).length > 0 && (
        <p className="q-faint">
          {(note.mentions ?? []).map((who) => `@${note.names[who] ?? who}`).join(' ')}
        </p>
      )}
      <NotePictures pictures={note.pictures ?? []} />
    </article>
  );
}
