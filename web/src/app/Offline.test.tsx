import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { I18nProvider } from '@/lib/i18n';
import { gather } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import zh from './locale/zh-CN.json';
import { Offline } from './Offline';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('says that there is no network, for as long as there is none', () => {
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ app: zh })} onSwitch={() => undefined}>
      <Kit dark={false}>
        <Offline />
      </Kit>
    </I18nProvider>,
  );
  expect(screen.queryByText(zh.offline)).toBeNull();
  online.mockReturnValue(false);
  act(() => void window.dispatchEvent(new Event('offline')));
  expect(screen.getByText(zh.offline)).toBeDefined();
  online.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event('online')));
  expect(screen.queryByText(zh.offline)).toBeNull();
});
