import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { some, useUrlFilters } from '@/lib/url-filters';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { type Message, states, useMessageColumns } from './columns';
import { useT } from './strings';

/** The log of what members were told. */
export function Messages() {
  const t = useT();
  const can = useCan();
  const { language } = useI18n();
  const zone = useTimeZone();
  const now = useNow();
  const feedback = useFeedback();
  const client = useQueryClient();
  const filters = useUrlFilters('member', 'department', 'kind', 'state', 'at');
  const period = periodInstants(filters.one('at'), zone, now);
  const query = {
    member: some(filters.many('member')),
    department: some(filters.many('department'))?.map(Number),
    kind: some(filters.many('kind')),
    state: filters.one('state') as Message['state'] | undefined,
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
  };
  const setting = useQuery({
    queryKey: ['notice', 'setting'],
    queryFn: ({ signal }) => ok(api.GET('/api/notice/setting', { signal })),
  });
  const again = useMutation({
    mutationFn: (id: string) => ok(api.POST('/api/notice/messages/{id}/again', { params: { path: { id } } })),
    onSuccess: () => {
      feedback.done(t('again.done'));
      return client.invalidateQueries({ queryKey: ['notice'] });
    },
    onError: (error) => feedback.problem(error),
  });
  const [at, ...others] = useMessageColumns();
  const columns: Column<Message>[] = [
    ...(at ? [at] : []),
    {
      key: 'member',
      title: t('member'),
      width: 150,
      render: (row) => <MemberTag name={row.memberName} department={row.department || undefined} />,
    },
    ...others,
    {
      key: 'acts',
      title: '',
      width: 90,
      render: (row) =>
        row.state === 'failed' &&
        can('notice.again') && (
          <Button size="small" look="link" onClick={() => again.mutate(row.id)}>
            {t('again')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <FilterBar
        filters={filters}
        viewsKey="notice.messages"
        items={[
          { key: 'member', label: t('member'), kind: 'member' },
          { key: 'department', label: t('department'), kind: 'department' },
          {
            key: 'kind',
            label: t('kind'),
            kind: 'choice',
            multiple: true,
            options:
              setting.data?.kinds.map(({ key, zh, en }) => ({
                value: key,
                label: language === 'en' ? en : zh,
              })) ?? [],
          },
          {
            key: 'state',
            label: t('state'),
            kind: 'choice',
            options: states.map((value) => ({ value, label: t(`state.${value}`) })),
          },
          { key: 'at', label: t('at'), kind: 'period' },
        ]}
      />
      <DataTable<Message>
        id="notice.messages"
        label={t('messages')}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={['notice', 'list', query]}
        load={({ after, limit, signal }) =>
          ok(api.GET('/api/notice/messages', { params: { query: { ...query, after, limit } }, signal }))
        }
        count={(signal) => ok(api.GET('/api/notice/messages/count', { params: { query }, signal }))}
        filters={filters}
        empty={{ title: t('empty'), hint: t('empty.hint') }}
      />
    </>
  );
}
