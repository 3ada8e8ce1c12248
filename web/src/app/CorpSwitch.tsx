import { useMutation, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useMe } from '@/lib/me';
import { useFeedback } from '@/parts/Feedback';
import { BarCorp } from '@/parts/TopBar';
import { useT } from './strings';

/** The corp in the top bar; who may work in several chooses there. */
export function CorpSwitch() {
  const t = useT();
  const { corp } = useMe();
  const { problem } = useFeedback();
  const corps = useQuery({
    queryKey: ['account', 'corps'],
    queryFn: ({ signal }) => ok(api.GET('/api/account/corps', { signal })),
    staleTime: 60_000,
  });
  const change = useMutation({
    mutationFn: (id: string) => ok(api.POST('/api/account/corp', { body: { corp: id } })),
    // Loaded anew: nothing of one corp may stay on the page of another.
    onSuccess: () => window.location.assign('/'),
    onError: problem,
  });
  const others = corps.data?.items ?? [];
  if (others.every((other) => other.id === corp.id)) {
    return (
      <span className="q-bar-corp q-ellipsis" title={corp.name}>
        {corp.name}
      </span>
    );
  }
  return (
    <BarCorp
      label={t('corp.switch')}
      current={corp.id}
      options={others}
      onChange={(id) => change.mutate(id)}
    />
  );
}
