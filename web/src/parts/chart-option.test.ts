import { expect, it } from 'vitest';
import { chartOption } from './chart-option';

const data = {
  kind: 'line',
  categories: ['11-20', '11-21', '11-22'],
  series: [{ name: 'a', values: [40, 0, 52] }],
} as const;

it('begins at zero, and below it only for negative values', () => {
  const { yAxis } = chartOption(data, false, 'zh-CN') as {
    yAxis: { min: (range: { min: number }) => number };
  };
  expect(yAxis.min({ min: 40 })).toBe(0);
  expect(yAxis.min({ min: -5 })).toBe(-5);
});
it('draws empty days as zero', () => {
  const { series } = chartOption(data, false, 'zh-CN') as { series: { data: number[] }[] };
  expect(series[0]?.data).toEqual([40, 0, 52]);
});
it('never writes HTML, which the content policy would strip of its style', () => {
  for (const kind of ['line', 'bar', 'columns', 'funnel', 'calendar'] as const) {
    expect(chartOption({ ...data, kind }, true, 'en')).toMatchObject({ tooltip: { renderMode: 'richText' } });
  }
});
it('has other colours in the dark', () => {
  expect(chartOption(data, true, 'en').color).not.toEqual(chartOption(data, false, 'en').color);
});
