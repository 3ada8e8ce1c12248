/** @jsxImportSource preact */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PocketText } from './start';

/** A page for customers; features/<slug>/h5.tsx exports a list of them, found by the folder. */
export interface CustomerPage {
  /** First part of the path below /h5/. */
  slug: string;
  load: () => Promise<{ default: ComponentType<{ path: string }> }>;
}

const found: readonly CustomerPage[] = Object.values(
  import.meta.glob<readonly CustomerPage[]>('../../features/*/h5.{ts,tsx}', { eager: true, import: 'pages' }),
).reduce<CustomerPage[]>((all, some) => all.concat(some), []);

/** Shows the page that owns the path, or says that there is none: a link that is wrong or has run out. */
export function CustomerPages(props: { t: PocketText; path: string; pages?: readonly CustomerPage[] }) {
  const { t, path, pages = found } = props;
  const [Shown, setShown] = useState<ComponentType<{ path: string }> | 'none' | 'failed' | null>(null);
  const page = pages.find(({ slug }) => slug === path.split('/')[2]);

  const open = () => {
    if (!page) return setShown('none');
    setShown(null);
    page.load().then(
      ({ default: Page }) => setShown(() => Page),
      () => setShown('failed'),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path of a customer page never changes under it.
  useEffect(open, []);

  useEffect(() => {
    if (Shown === 'none') document.title = t('h5.none');
  }, [Shown, t]);

  if (Shown === null) return <main class="pocket" aria-busy="true" />;
  if (Shown === 'none' || Shown === 'failed') {
    return (
      <main class="pocket">
        <section class="pocket-card pocket-middle" role={Shown === 'failed' ? 'alert' : undefined}>
          <h1>{t(Shown === 'failed' ? 'away' : 'h5.none')}</h1>
          <p>{t(Shown === 'failed' ? 'away.hint' : 'h5.none.hint')}</p>
          {Shown === 'failed' && (
            <button type="button" class="pocket-button" onClick={open}>
              {t('retry')}
            </button>
          )}
        </section>
      </main>
    );
  }
  return <Shown path={path} />;
}
