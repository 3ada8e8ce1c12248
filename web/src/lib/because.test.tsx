import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { type Because, useBecause } from './because';
import { I18nProvider } from './i18n';
import type { Language } from './translate';

const catalogues = {
  'zh-CN': { 'hand.because.twice': '与第 {line} 行重复', 'hand.because.gaveUp': '已停止：{said}' },
  en: { 'hand.because.twice': 'The same as line {line}', 'hand.because.gaveUp': 'Stopped: {said}' },
};

function told(language: Language, why: Because | undefined) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <I18nProvider language={language} catalogue={catalogues[language]} onSwitch={() => {}}>
      {children}
    </I18nProvider>
  );
  return renderHook(() => useBecause('hand'), { wrapper }).result.current(why);
}

describe('useBecause', () => {
  it.each<[string, Because | undefined, string, string]>([
    ['nothing', undefined, '', ''],
    ['a code', { code: 'twice', values: { line: '3' } }, '与第 3 行重复', 'The same as line 3'],
    ['a code without words', { code: 'unheard' }, 'unheard', 'unheard'],
    ['what was said', { text: '没有权限', en: 'no right' }, '没有权限', 'no right'],
    ['what was said in Chinese alone', { text: '没有权限' }, '没有权限', '没有权限'],
    [
      'a code with what was said',
      { code: 'gaveUp', text: '没有权限', en: 'no right' },
      '已停止：没有权限',
      'Stopped: no right',
    ],
  ])('tells %s in the language of the reader', (_, why, zh, en) => {
    expect([told('zh-CN', why), told('en', why)]).toEqual([zh, en]);
  });
});
