import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Chart } from '@/parts/Chart';
import { ErrorView } from '@/parts/ErrorView';
import { Card, Waiting } from '@/parts/Page';
import { Switcher } from '@/parts/Tabs';
import { useT } from './strings';
import { dayText, everyDay } from './words';

const spans = ['7', '30', '90'] as const;
type Span = (typeof spans)[number];

/** Who came and went, day by day of the corp's time zone; days without anybody are drawn too. */
export function History({ id }: { id: string }) {
  const t = useT();
  const [span, setSpan] = useState<Span>('30');
  const asked = useQuery({
    queryKey: ['channelcode', 'days', id, span],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/channelcode/codes/{id}/days', {
          params: { path: { id }, query: { days: Number(span) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const days = asked.data ? everyDay(asked.data.from, asked.data.to, asked.data.days) : [];
  return (
    <Card
      title={t('history')}
      actions={
        <Switcher
          value={span}
          onChange={setSpan}
          label={t('history.span')}
          options={spans.map((n) => ({ value: n, label: t('history.days', { n: Number(n) }) }))}
        />
      }
    >
      {asked.isPending && <Waiting rows={4} />}
      {asked.isError && <ErrorView compact error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && (
        <Chart
          kind="line"
          label={t('history')}
          categories={days.map(({ day }) => dayText(day).slice(5))}
          series={(['added', 'lost', 'deleted'] as const).map((key) => ({
            name: t(`history.${key}`),
            values: days.map((day) => day[key]),
          }))}
        />
      )}
    </Card>
  );
}
