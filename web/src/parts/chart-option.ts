import { palette, seriesColours } from './palette';

export interface ChartSeries {
  name: string;
  /** One value for each category; null where there is none (0 is drawn, on the zero line). */
  values: readonly (number | null)[];
  /** Drawn dashed and pale: the period before. */
  earlier?: boolean;
}

export interface ChartData {
  /** line: over time. bar: ranking, lying down. columns: counts a day. funnel: stages. calendar: activity by day. */
  kind: 'line' | 'bar' | 'columns' | 'funnel' | 'calendar';
  /** Days, names or stages; for a calendar YYYY-MM-DD. */
  categories: readonly string[];
  series: readonly ChartSeries[];
}

/** What the chart library wants, out of what we know; without side effects so that it can be tested. */
export function chartOption(data: ChartData, dark: boolean, language: string, height = 260) {
  const colours = dark ? palette.dark : palette.light;
  const number = new Intl.NumberFormat(language);
  const base = {
    color: [...(dark ? seriesColours.dark : seriesColours.light)],
    textStyle: { fontFamily: 'inherit', color: colours.soft },
    animationDuration: 250,
    aria: { enabled: true },
    tooltip: {
      // Drawn, not HTML: the content policy forbids the style attributes that the HTML form needs.
      renderMode: 'richText',
      confine: true,
      trigger: data.kind === 'line' || data.kind === 'columns' ? 'axis' : 'item',
      backgroundColor: colours.raised,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontSize: 13 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? number.format(value) : '–'),
    },
    legend:
      data.series.length > 1
        ? { top: 0, left: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: colours.soft } }
        : undefined,
  };
  const labels = { color: colours.faint, fontSize: 12 };
  const names = {
    type: 'category',
    data: [...data.categories],
    axisLabel: labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.border } },
  };
  const amounts = {
    type: 'value',
    min: (range: { min: number }) => Math.min(0, range.min),
    minInterval: 1,
    // A line for every 36 pixels: more cannot be read.
    splitNumber: Math.max(1, Math.min(5, Math.floor(height / 36))),
    axisLabel: { ...labels, formatter: (value: number) => number.format(value) },
    splitLine: { lineStyle: { color: colours.line } },
  };
  const grid = { top: data.series.length > 1 ? 36 : 12, right: 16, bottom: 4, left: 4, containLabel: true };

  switch (data.kind) {
    case 'line':
      return {
        ...base,
        grid,
        xAxis: { ...names, boundaryGap: false },
        yAxis: amounts,
        series: data.series.map((series) => ({
          type: 'line',
          name: series.name,
          data: [...series.values],
          symbol: data.categories.length > 45 ? 'none' : 'circle',
          symbolSize: 5,
          lineStyle: series.earlier ? { width: 1.5, type: 'dashed', opacity: 0.7 } : { width: 2 },
          areaStyle: !series.earlier && data.series.length === 1 ? { opacity: 0.08 } : undefined,
        })),
      };
    case 'columns':
      return {
        ...base,
        grid,
        xAxis: names,
        yAxis: amounts,
        series: data.series.map((series) => ({
          type: 'bar',
          name: series.name,
          data: [...series.values],
          barMaxWidth: 28,
          itemStyle: { borderRadius: [4, 4, 0, 0], opacity: series.earlier ? 0.45 : 1 },
        })),
      };
    case 'bar':
      return {
        ...base,
        grid,
        xAxis: { ...amounts, splitNumber: 5 },
        yAxis: { ...names, inverse: true },
        series: data.series.map((series) => ({
          type: 'bar',
          name: series.name,
          data: [...series.values],
          barMaxWidth: 18,
          itemStyle: { borderRadius: [0, 4, 4, 0] },
          label: { show: data.series.length === 1, position: 'right', color: colours.soft },
        })),
      };
    case 'funnel':
      return {
        ...base,
        series: data.series.map((series) => ({
          type: 'funnel',
          name: series.name,
          sort: 'none',
          top: 8,
          bottom: 8,
          left: '8%',
          width: '60%',
          gap: 3,
          itemStyle: { borderWidth: 0 },
          label: { position: 'right', color: colours.ink, formatter: '{b}  {c}' },
          data: data.categories.map((name, i) => ({ name, value: series.values[i] ?? 0 })),
        })),
      };
    case 'calendar': {
      const values = data.series[0]?.values ?? [];
      return {
        ...base,
        visualMap: {
          show: false,
          min: 0,
          max: Math.max(1, ...values.map((value) => value ?? 0)),
          inRange: { color: [colours['muted-soft'], colours.primary] },
        },
        calendar: {
          top: 24,
          left: 36,
          right: 8,
          bottom: 4,
          cellSize: ['auto', 15],
          range: [data.categories[0], data.categories[data.categories.length - 1]],
          itemStyle: { color: 'transparent', borderColor: colours.surface, borderWidth: 2 },
          splitLine: { show: false },
          dayLabel: { ...labels, nameMap: language === 'zh-CN' ? 'ZH' : 'EN', firstDay: 1 },
          monthLabel: { ...labels, nameMap: language === 'zh-CN' ? 'ZH' : 'EN' },
          yearLabel: { show: false },
        },
        series: [
          {
            type: 'heatmap',
            coordinateSystem: 'calendar',
            data: data.categories.map((day, i) => [day, values[i] ?? 0]),
          },
        ],
      };
    }
  }
}
