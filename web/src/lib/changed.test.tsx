import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it } from 'vitest';
import { useFieldName, useValueName } from './changed';
import { I18nProvider } from './i18n';

const catalogue = {
  'permission.tag.read': '查看标签',
  'permission.tag': '不该出现',
  'audit.value.policy.off': '关闭',
  'audit.value.true': '是',
  'audit.changed.shifts': '班次',
  'audit.changed.from': '开始',
};
const wrapper = ({ children }: { children: ReactNode }) => (
  <I18nProvider language="zh-CN" catalogue={catalogue} onSwitch={() => undefined}>
    {children}
  </I18nProvider>
);

it.each([
  ['permissions', 'tag.read、tag.*、no.such', '查看标签、tag.*、no.such'],
  ['kinds.churn.policy', 'off', '关闭'],
  ['below', 'true', '是'],
  ['name', 'off', 'off'],
])('%s: %s is %s', (path, value, words) => {
  expect(renderHook(useValueName, { wrapper }).result.current(path, value)).toBe(words);
});

it.each([
  ['counts', 'call、note', 'call, note'],
  ['name', '您好、欢迎 hello', '您好、欢迎 hello'],
])('in English, %s: %s is %s', (path, value, words) => {
  const english = ({ children }: { children: ReactNode }) => (
    <I18nProvider language="en" catalogue={{}} onSwitch={() => undefined}>
      {children}
    </I18nProvider>
  );
  expect(renderHook(useValueName, { wrapper: english }).result.current(path, value)).toBe(words);
});

it.each([
  ['shifts[0].from', '班次 1 · 开始'],
  ['no.such', 'no · such'],
])('%s is called %s', (path, words) => {
  expect(renderHook(useFieldName, { wrapper }).result.current(path)).toBe(words);
});
