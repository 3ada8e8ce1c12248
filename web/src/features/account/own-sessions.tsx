import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Card, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { DeviceName } from './device';
import { useT } from './strings';

/** Where the person is signed in, with the way to end each. */
export function OwnSessions() {
  const t = useT();
  const client = useQueryClient();
  const { confirm } = useFeedback();
  const sessions = useQuery({
    queryKey: ['account', 'sessions'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/sessions', { signal })),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['account', 'sessions'] });
  const others = (sessions.data?.items ?? []).filter((session) => !session.own).length;
  const endOthers = () =>
    confirm({
      title: t('sessions.endOthers.title', { n: others }),
      detail: t('sessions.endOthers.detail'),
      action: t('sessions.end'),
      danger: true,
      onConfirm: async () => {
        await ok(api.POST('/api/account/sessions/end-others'));
        await refresh();
      },
    });
  return (
    <Card
      title={t('sessions.own')}
      actions={
        others > 0 && (
          <Button size="small" onClick={endOthers}>
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      {sessions.isPending && <Waiting rows={2} />}
      {sessions.isError && (
        <ErrorView compact error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      <ul className="account-list" aria-label={t('sessions.own')}>
        {sessions.data?.items.map((session) => (
          <li key={session.id}>
            <span>
              <DeviceName agent={session.agent} />
              <small className="q-faint">
                {session.address} · {t(`method.${session.method}`)} · {t('sessions.seen')}{' '}
                <TimeText at={session.seenAt} />
              </small>
            </span>
            {session.own ? (
              <StateBadge tone="good">{t('sessions.this')}</StateBadge>
            ) : (
              <Button
                size="small"
                look="quiet"
                onClick={async () => {
                  await ok(
                    api.DELETE('/api/account/sessions/{id}', { params: { path: { id: session.id } } }),
                  );
                  await refresh();
                }}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
