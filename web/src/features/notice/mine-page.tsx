import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { DataTable } from '@/parts/DataTable';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Toggle } from '@/parts/fields';
import { Card, Page, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { type Message, useMessageColumns } from './columns';
import { useT } from './strings';

/** What the signed-in member was told, and what he wants to be told. */
export default function MinePage() {
  const t = useT();
  useLive('notice', [['notice', 'mine']]);
  const columns = useMessageColumns();
  return (
    <Page title={t('mine')} meaning={t('mine.meaning')}>
      <Choices />
      <DataTable<Message>
        id="notice.mine"
        label={t('mine')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['notice', 'mine', 'list']}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/notice/mine', { params: { query: { after, limit } }, signal }))
        }
        empty={{ title: t('mine.empty'), hint: t('mine.empty.hint') }}
      />
    </Page>
  );
}

function Choices() {
  const t = useT();
  const { language } = useI18n();
  const feedback = useFeedback();
  const client = useQueryClient();
  const choices = useQuery({
    queryKey: ['notice', 'mine', 'choices'],
    queryFn: ({ signal }) => ok(api.GET('/api/notice/mine/choices', { signal })),
  });
  const turn = useMutation({
    mutationFn: (body: { key: string; wanted: boolean }) => ok(api.PUT('/api/notice/mine/choices', { body })),
    onSuccess: (answer) => {
      client.setQueryData(['notice', 'mine', 'choices'], answer);
      feedback.done(t('saved'));
    },
    onError: (error) => feedback.problem(error),
  });
  if (choices.isError && !choices.data) {
    return <ErrorView compact error={choices.error} onRetry={() => void choices.refetch()} />;
  }
  if (!choices.data) return <Waiting rows={3} />;
  if (!choices.data.member) return <Notice tone="info" title={t('mine.nobody')} />;
  return (
    <Card title={t('choices')}>
      <div className="notice-kinds">
        {choices.data.items.map((c) => {
          const name = language === 'en' ? c.en : c.zh;
          return (
            <div key={c.key} className="notice-kind">
              <span>{name}</span>
              {c.forced ? (
                <StateBadge tone="quiet" hint={t('choices.forced.hint')}>
                  {t('policy.forced')}
                </StateBadge>
              ) : (
                <Toggle
                  checked={c.wanted}
                  disabled={turn.isPending}
                  label={name}
                  onChange={(wanted) => turn.mutate({ key: c.key, wanted })}
                />
              )}
            </div>
          );
        })}
      </div>
    </Card>
  );
}
