import { Link } from '@tanstack/react-router';
import { Breadcrumb, Button as KitButton, Drawer as KitDrawer, Menu, type MenuProps, Tooltip } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { usePreference } from '@/lib/preference';
import { Icon, type IconName } from './Icon';
import { Logo } from './Logo';
import { useT } from './strings';
import './style/shell.css';

export interface ShellGroup {
  key: string;
  title: string;
  icon: IconName;
  items: readonly { key: string; path: string; title: string }[];
}

export interface ShellProps {
  /** The product's name beside the mark. */
  brand: string;
  corp: string;
  /** In place of the corp's name, for those who may work in several. */
  corpSwitch?: ReactNode;
  menu: readonly ShellGroup[];
  /** Key of the menu entry whose page is shown. */
  current: string | undefined;
  crumbs: readonly { title: string; path?: string }[];
  /** Middle of the top bar: the search. */
  search: ReactNode;
  /** Right end of the top bar. */
  tools: ReactNode;
  children: ReactNode;
}

const narrow = '(max-width: 640px)';
const middling = '(max-width: 1080px)';

/** The console's frame: navigation on the left, the top bar, the page. On a phone the navigation is a drawer. */
export function Shell(props: ShellProps) {
  const t = useT();
  const isNarrow = useMedia(narrow);
  const isMiddling = useMedia(middling);
  const [folded, setFolded] = usePreference('nav.folded', false);
  const [unfolded, setUnfolded] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const { current } = props;
  // A choice in the drawer or in the unfolded navigation of a tablet has been made: give the room back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the page changes.
  useEffect(() => {
    setDrawer(false);
    setUnfolded(false);
  }, [current]);
  const small = isMiddling ? !unfolded : folded;
  const toggle = () => {
    if (isNarrow) setDrawer(true);
    else if (isMiddling) setUnfolded(!unfolded);
    else setFolded(!folded);
  };
  const toggleWords = isNarrow || small ? t('navUnfold') : t('navFold');

  return (
    <div className={small ? 'q-shell q-shell-folded' : 'q-shell'}>
      <a className="q-skip" href="#content">
        {t('skip')}
      </a>
      {!isNarrow && (
        <aside className="q-nav">
          <Link to="/" className="q-brand" aria-label={props.brand}>
            <Logo size={30} />
            {!small && <strong>{props.brand}</strong>}
          </Link>
          <Navigation {...props} folded={small} />
        </aside>
      )}
      <header className="q-bar">
        <Tooltip title={toggleWords}>
          <KitButton
            type="text"
            aria-label={toggleWords}
            icon={<Icon name={isNarrow ? 'menu' : small ? 'unfold' : 'fold'} />}
            onClick={toggle}
          />
        </Tooltip>
        {props.corpSwitch ?? (
          <span className="q-bar-corp q-ellipsis" title={props.corp}>
            {props.corp}
          </span>
        )}
        <div className="q-bar-search">{props.search}</div>
        <div className="q-bar-tools">{props.tools}</div>
      </header>
      <main id="content" className="q-content" tabIndex={-1}>
        {props.crumbs.length > 1 && (
          <Breadcrumb
            className="q-crumbs"
            items={props.crumbs.map(({ title, path }) => ({
              title: path ? <Link to={path}>{title}</Link> : title,
            }))}
          />
        )}
        {props.children}
      </main>
      {isNarrow && (
        <KitDrawer
          open={drawer}
          onClose={() => setDrawer(false)}
          placement="left"
          size={264}
          title={props.brand}
          styles={{ body: { padding: 0 } }}
        >
          <Navigation {...props} folded={false} />
        </KitDrawer>
      )}
    </div>
  );
}

function Navigation({ menu, current, folded }: ShellProps & { folded: boolean }) {
  const t = useT();
  const [closed, setClosed] = usePreference<string[]>('nav.closed', []);
  const groups = menu.map((group) => group.key);
  const nav = useRef<HTMLElement>(null);
  // A navigation longer than the window shows where one is, without taking the page along.
  useEffect(() => {
    const box = nav.current;
    const here = current && box?.querySelector<HTMLElement>('[aria-current="page"]')?.closest('li');
    if (!box || !here) return;
    const [outer, inner] = [box.getBoundingClientRect(), here.getBoundingClientRect()];
    if (inner.top < outer.top) box.scrollTop += inner.top - outer.top - inner.height;
    else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + inner.height;
  }, [current]);
  const entry = (item: ShellGroup['items'][number], icon?: IconName) => ({
    key: item.key,
    icon: icon && <Icon name={icon} />,
    label: (
      <Link to={item.path} aria-current={item.key === current ? 'page' : undefined}>
        {item.title}
      </Link>
    ),
    title: item.title,
  });
  const items: MenuProps['items'] = menu.map((group) => {
    const [first] = group.items;
    // The home page is a place of its own, not a group with one entry.
    return group.key === 'home' && first && group.items.length === 1
      ? entry(first, group.icon)
      : {
          key: `group:${group.key}`,
          icon: <Icon name={group.icon} />,
          label: group.title,
          children: group.items.map((item) => entry(item)),
        };
  });
  return (
    <nav ref={nav} aria-label={t('navigation')}>
      <Menu
        mode="inline"
        inlineIndent={18}
        inlineCollapsed={folded}
        selectedKeys={current ? [current] : []}
        items={items}
        {...(folded
          ? {}
          : {
              openKeys: groups.filter((key) => !closed.includes(key)).map((key) => `group:${key}`),
              onOpenChange: (open: string[]) =>
                setClosed(groups.filter((key) => !open.includes(`group:${key}`))),
            })}
      />
    </nav>
  );
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    list.addEventListener('change', follow);
    return () => list.removeEventListener('change', follow);
  }, [query]);
  return matches;
}
