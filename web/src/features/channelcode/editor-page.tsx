import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Problem } from '@/api/problem';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Card, Page, Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { blank, bodyOf, EditorForm, type Values, valuesOf } from './editor-form';
import { useT } from './strings';
import type { Code } from './words';

/** Makes a code, or changes one. */
export default function EditorPage() {
  const { id } = useParams({ strict: false });
  return id ? <Edit id={id} /> : <Create />;
}

function Create() {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { done } = useFeedback();
  const save = async (values: Values) => {
    const code = await ok(api.POST('/api/channelcode/codes', { body: bodyOf(values) }));
    await client.invalidateQueries({ queryKey: ['channelcode', 'list'] });
    done(t(code.status === 'live' ? 'made.live' : 'made.pending'));
    await navigate({ to: `/channelcode/${code.id}` });
  };
  return (
    <Page title={t('new')} meaning={t('new.meaning')}>
      <Card>
        <EditorForm
          initial={blank}
          submitLabel={t('create')}
          onSubmit={save}
          onCancel={() => void navigate({ to: '/channelcode' })}
        />
      </Card>
    </Page>
  );
}

function Edit({ id }: { id: string }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { done, confirm } = useFeedback();
  // Read once: news that arrives while somebody types must not change the form under his hands.
  const asked = useQuery({
    queryKey: ['channelcode-edit', id],
    queryFn: ({ signal }) => read(id, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const [stale, setStale] = useState(false);
  const [round, setRound] = useState(0);
  if (asked.isPending) return <Waiting rows={10} />;
  if (asked.isError)
    return (
      <Page title={t('edit')}>
        <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />
      </Page>
    );
  const code = asked.data;

  const write = (values: Values, version: number) =>
    ok(
      api.PUT('/api/channelcode/codes/{id}', {
        params: { path: { id } },
        body: { ...bodyOf(values), version },
      }),
    );
  const save = async (values: Values) => {
    let saved: Code;
    try {
      saved = await write(values, code.version);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) throw error;
      const newest = await read(id);
      const mine = await confirm({
        title: t('conflict.title'),
        detail: t('conflict.detail', { name: newest.name }),
        action: t('conflict.mine'),
        danger: true,
      });
      if (!mine) {
        setStale(true);
        throw error;
      }
      saved = await write(values, newest.version);
    }
    await client.invalidateQueries({ queryKey: ['channelcode'] });
    done(t(saved.status === 'live' ? 'saved.live' : 'saved.pending'));
    await navigate({ to: `/channelcode/${id}` });
  };
  const newest = async () => {
    await asked.refetch();
    setStale(false);
    setRound(round + 1);
  };
  return (
    <Page title={t('edit.name', { name: code.name })} meaning={t('edit.meaning')}>
      {stale && (
        <Notice
          tone="warning"
          title={t('conflict.title')}
          action={
            <Button size="small" onClick={newest}>
              {t('conflict.newest')}
            </Button>
          }
        >
          {t('conflict.hint')}
        </Notice>
      )}
      <Card>
        <EditorForm
          key={round}
          initial={valuesOf(code)}
          submitLabel={t('save')}
          onSubmit={save}
          onCancel={() => void navigate({ to: `/channelcode/${id}` })}
        />
      </Card>
    </Page>
  );
}

function read(id: string, signal?: AbortSignal): Promise<Code> {
  return ok(api.GET('/api/channelcode/codes/{id}', { params: { path: { id } }, signal }));
}
