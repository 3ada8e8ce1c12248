import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { uploadFile } from '@/api/upload';
import { Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { FileButton } from '@/parts/FileButton';
import { TextArea } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Switcher } from '@/parts/Tabs';
import { useT } from './strings';

type Note = components['schemas']['FollowupNote'];
type How = Note['how'];
const ways = ['note', 'call', 'message'] as const;
const mostPictures = 9;

/** Writes a note, or changes one. */
export function NoteForm(props: { customer: string; note?: Note; onClose?: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const [how, setHow] = useState<How>(props.note?.how ?? 'note');
  const [text, setText] = useState(props.note?.text ?? '');
  const [pictures, setPictures] = useState<string[]>([...(props.note?.pictures ?? [])]);
  const [mentions, setMentions] = useState<string[]>([...(props.note?.mentions ?? [])]);
  const save = useMutation({
    mutationFn: () => {
      const body = { how, text, pictures, mentions };
      return props.note
        ? ok(api.PUT('/api/followup/notes/{id}', { params: { path: { id: props.note.id } }, body }))
        : ok(
            api.POST('/api/followup/customers/{id}/notes', {
              params: { path: { id: props.customer } },
              body,
            }),
          );
    },
    onSuccess: async () => {
      setText('');
      setPictures([]);
      setMentions([]);
      await Promise.all([
        client.invalidateQueries({ queryKey: ['followup'] }),
        client.invalidateQueries({ queryKey: ['customer', 'timeline', props.customer] }),
      ]);
      feedback.done(t('note.saved'));
      props.onClose?.();
    },
  });
  const upload = async (files: File[]) => {
    for (const one of files.slice(0, mostPictures - pictures.length)) {
      try {
        const kept = await uploadFile<{ id: string }>(
          `/api/followup/customers/${props.customer}/pictures`,
          one,
        );
        setPictures((before) => [...before, kept.id]);
      } catch (error) {
        feedback.problem(error);
      }
    }
  };
  return (
    <section className="followup-form" aria-label={t('note.write')}>
      <Switcher<How>
        value={how}
        onChange={setHow}
        options={ways.map((one) => ({ value: one, label: t(`how.${one}`) }))}
        label={t('how')}
      />
      <TextArea
        value={text}
        onChange={setText}
        rows={3}
        max={2000}
        label={t('note.text')}
        placeholder={t('note.placeholder')}
      />
      {pictures.length > 0 && (
        <div className="followup-pictures">
          {pictures.map((picture) => (
            <span key={picture}>
              <img src={`/api/followup/pictures/${picture}`} alt={t('picture')} />
              <Button
                look="quiet"
                size="small"
                icon="remove"
                hint={t('picture.remove')}
                onClick={() => setPictures(pictures.filter((one) => one !== picture))}
              />
            </span>
          ))}
        </div>
      )}
      <div className="followup-row">
        <div className="followup-mentions">
          <MemberPicker
            value={mentions}
            onChange={setMentions}
            max={20}
            label={t('mentions')}
            placeholder={t('mentions')}
          />
        </div>
        <FileButton
          icon="image"
          label={t('picture.add')}
          accept="image/png,image/jpeg,image/gif,image/webp"
          multiple
          disabled={pictures.length >= mostPictures}
          onFiles={upload}
        >
          {t('picture.add')}
        </FileButton>
        <Button
          look="primary"
          disabled={text.trim() === '' && pictures.length === 0}
          onClick={() => save.mutateAsync()}
        >
          {t('note.save')}
        </Button>
        {props.onClose && <Button onClick={props.onClose}>{t('cancel')}</Button>}
      </div>
    </section>
  );
}
