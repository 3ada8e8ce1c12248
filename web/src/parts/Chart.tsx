import { Skeleton } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useDark } from '@/lib/appearance';
import { useI18n } from '@/lib/i18n';
import { type ChartData, chartOption } from './chart-option';
import { Empty } from './Empty';
import { useT } from './strings';
import './style/timeline.css';

export type { ChartData, ChartSeries } from './chart-option';

type Instance = ReturnType<typeof import('./echarts')['init']>;

/**
 * A chart: line for time, bar for ranking, columns for counts a day, funnel for
 * stages, calendar for activity. The zero line is always shown; the same numbers
 * stand in a table for screen readers.
 */
export function Chart(props: ChartData & { label: string; height?: number; empty?: string }) {
  const { kind, categories, series, label, height = 260, empty } = props;
  const { language } = useI18n();
  const dark = useDark();
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Instance | null>(null);
  const [ready, setReady] = useState(false);
  const blank = categories.length === 0;

  useEffect(() => {
    if (blank) return;
    let gone = false;
    let watcher: ResizeObserver | undefined;
    void import('./echarts').then(({ init }) => {
      if (gone || !box.current) return;
      const made = init(box.current);
      chart.current = made;
      watcher = new ResizeObserver(() => made.resize());
      watcher.observe(box.current);
      setReady(true);
    });
    return () => {
      gone = true;
      watcher?.disconnect();
      chart.current?.dispose();
      chart.current = null;
      setReady(false);
    };
  }, [blank]);

  useEffect(() => {
    if (!ready) return;
    const animation = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    chart.current?.setOption(
      { ...chartOption({ kind, categories, series }, dark, language, height), animation },
      true,
    );
  }, [ready, kind, categories, series, dark, language, height]);

  if (blank) return <Empty compact icon="data" title={empty ?? t('noData')} />;
  return (
    <figure className="q-chart" style={{ height, margin: 0, position: 'relative' }} aria-label={label}>
      {!ready && <Skeleton active paragraph={{ rows: Math.max(2, Math.floor(height / 44)) }} title={false} />}
      <div ref={box} style={{ position: 'absolute', inset: 0 }} aria-hidden="true" />
      <table className="q-hidden">
        <caption>{label}</caption>
        <thead>
          <tr>
            <th />
            {series.map((one) => (
              <th key={one.name}>{one.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {categories.map((category, i) => (
            <tr key={category}>
              <th>{category}</th>
              {series.map((one) => (
                <td key={one.name}>{one.values[i] ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
