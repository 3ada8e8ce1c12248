import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useNow } from '@/lib/now';
import { periodInstants, useTimeZone } from '@/lib/time';
import { some, type UrlFilters } from '@/lib/url-filters';
import { useFeedback } from '@/parts/Feedback';
import type { Tone } from '@/parts/StateBadge';

export type Flow = components['schemas']['StageFlow'];
export type Stage = components['schemas']['StageStage'];
export type StageCard = components['schemas']['StageCard'];
export type Column = components['schemas']['StageColumn'];

export const classTone: Record<Stage['class'], Tone> = {
  waiting: 'warn',
  active: 'busy',
  won: 'good',
  lost: 'quiet',
};

/** The flows that the viewer sees. */
export function useFlows() {
  return useQuery({
    queryKey: ['stage', 'flows'],
    queryFn: ({ signal }) => ok(api.GET('/api/stage/flows', { signal })),
  });
}

/** The stages that stand; one that is being emptied is left out. */
export const standing = (flow: Flow | undefined): Stage[] =>
  (flow?.stages ?? []).filter((stage) => !stage.into);

export interface Query {
  q?: string;
  member?: string[];
  department?: number[];
  overdue?: boolean;
  from?: string;
  to?: string;
  reached?: string;
  gone?: boolean;
  all?: boolean;
  outcome?: 'won' | 'lost';
  main?: number[];
  stage?: string[];
}

export const filterKeys = [
  'q',
  'member',
  'department',
  'main',
  'overdue',
  'joined',
  'stage',
  'reached',
  'outcome',
  'gone',
] as const;

export const ends = ['won', 'lost'] as const;

/** The filters of the address as the server wants them. */
export function useStageQuery(filters: UrlFilters): Query {
  const zone = useTimeZone();
  const now = useNow();
  const period = periodInstants(filters.one('joined'), zone, now);
  return {
    q: filters.one('q'),
    member: some(filters.many('member')),
    department: some(filters.many('department'))?.map(Number),
    overdue: filters.one('overdue') === 'yes' || undefined,
    from: period && new Date(period.from).toISOString(),
    to: period && new Date(period.to).toISOString(),
    reached: filters.one('reached'),
    gone: filters.one('gone') === 'yes' || undefined,
    all: filters.one('gone') === 'all' || undefined,
    outcome: ends.find((one) => one === filters.one('outcome')),
    main: some(filters.many('main'))?.map(Number),
    stage: some(filters.many('stage')),
  };
}

export interface MoveOrder {
  follow: string;
  stage: string;
  note?: string;
}

/** Brings one customer into a stage; the pages that show him are read again. */
export function useMove() {
  const client = useQueryClient();
  const feedback = useFeedback();
  return useMutation({
    mutationFn: (body: MoveOrder) => ok(api.POST('/api/stage/moves', { body })),
    onError: (error) => feedback.problem(error),
    onSettled: () => client.invalidateQueries({ queryKey: ['stage'] }),
  });
}
