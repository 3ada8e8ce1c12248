import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { I18nProvider } from '@/lib/i18n';
import { gather } from '@/lib/translate';
import { Kit } from './Kit';
import zh from './locale/zh-CN.json';
import { Palette, type PaletteGroup } from './Palette';

afterEach(cleanup);

function shown(groups: PaletteGroup[], busy: boolean, onGo: (href: string) => void) {
  return (
    <I18nProvider language="zh-CN" catalogue={gather({ parts: zh })} onSwitch={() => {}}>
      <Kit dark={false}>
        <Palette
          open
          onClose={() => {}}
          text="ab"
          onText={() => {}}
          placeholder="search"
          groups={groups}
          busy={busy}
          nothing="nothing"
          onGo={onGo}
        />
      </Kit>
    </I18nProvider>
  );
}

const hits = (title: string, old: boolean): PaletteGroup => ({
  key: 'customer',
  title: 'customers',
  old,
  items: [{ key: title, title, icon: 'customer', href: `/${title}` }],
});

it('goes to what was typed, not to what was found for the text before', async () => {
  const onGo = vi.fn();
  const user = userEvent.setup();
  const { rerender } = render(shown([hits('a', true)], true, onGo));
  await user.type(screen.getByRole('combobox'), '{Enter}');
  expect(onGo).not.toHaveBeenCalled();
  rerender(shown([hits('ab', false)], false, onGo));
  await vi.waitFor(() => expect(onGo).toHaveBeenCalledWith('/ab'));
  expect(onGo).toHaveBeenCalledTimes(1);
});

it('goes at once to what is already known', async () => {
  const onGo = vi.fn();
  const user = userEvent.setup();
  render(shown([hits('ab', false)], true, onGo));
  await user.type(screen.getByRole('combobox'), '{Enter}');
  expect(onGo).toHaveBeenCalledWith('/ab');
});
