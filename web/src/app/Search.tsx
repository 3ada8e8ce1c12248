import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { Icon, isIconName } from '@/parts/Icon';
import { Palette, type PaletteGroup } from '@/parts/Palette';
import type { ShellGroup } from '@/parts/Shell';
import { useT } from './strings';

/** The global search: pages of the menu at once, customers and the rest from the server. */
export function Search({ menu }: { menu: readonly ShellGroup[] }) {
  const t = useT();
  const { text: say } = useI18n();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [q, setQ] = useState('');
  const mac = /mac|iphone|ipad/i.test(navigator.userAgent);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setOpen((before) => !before);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), 200);
    return () => clearTimeout(timer);
  }, [text]);

  const found = useQuery({
    queryKey: ['search', q],
    queryFn: ({ signal }) => ok(api.GET('/api/home/search', { params: { query: { q } }, signal })),
    enabled: open && q !== '',
    placeholderData: keepPreviousData,
  });

  const typed = text.trim();
  const behind = q !== typed || found.isPlaceholderData;
  const groups: PaletteGroup[] = [...pagesLike(menu, text, t('search.pages'))];
  if (q !== '' && typed !== '') {
    for (const group of found.data?.groups ?? []) {
      if (group.hits.length === 0) continue;
      groups.push({
        key: group.kind,
        old: behind,
        title: say(`find.${group.kind}`, undefined, group.kind),
        items: group.hits.map((item) => ({
          key: `${group.kind}:${item.href}`,
          title: item.title,
          subtitle: item.subtitle,
          icon: isIconName(group.kind) ? group.kind : 'right',
          href: item.href,
        })),
      });
    }
  }
  const close = () => {
    setOpen(false);
    setText('');
  };

  return (
    <>
      <button type="button" className="q-search-button" onClick={() => setOpen(true)}>
        <Icon name="search" />
        <span className="q-search-words">{t('search')}</span>
        <kbd>{mac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <Palette
        open={open}
        onClose={close}
        text={text}
        onText={setText}
        placeholder={t('search')}
        groups={groups}
        busy={found.isFetching || (typed !== '' && behind)}
        nothing={found.isError ? t('search.failed') : t('search.nothing')}
        onGo={(href) => {
          close();
          void navigate({ to: href });
        }}
      />
    </>
  );
}

/** Menu entries whose title, or whose group's title, holds the text; all of them while nothing is typed. */
export function pagesLike(menu: readonly ShellGroup[], text: string, title: string): PaletteGroup[] {
  const wanted = text.trim().toLowerCase();
  const items = menu.flatMap((group) =>
    group.items
      .filter((item) => `${group.title} ${item.title} ${item.key}`.toLowerCase().includes(wanted))
      .map((item) => ({
        key: `page:${item.key}`,
        title: item.title,
        subtitle: item.title === group.title ? undefined : group.title,
        icon: group.icon,
        href: item.path,
      })),
  );
  return items.length > 0 ? [{ key: 'pages', title, items }] : [];
}
