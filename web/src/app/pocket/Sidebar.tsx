/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { initial } from '@/lib/initial';
import {
  askWho,
  firstTry,
  insideWeCom,
  newestCustomers,
  type PocketCustomer,
  type PocketSession,
  shortTime,
  wecomSignIn,
} from './session';
import type { PocketText } from './start';

/**
 * The sidebar of a WeCom chat. It signs the member in without being asked, and
 * says who is signed in and what a sidebar can do here: features put their cards
 * into it when they have some.
 */
export function Sidebar({ t }: { t: PocketText }) {
  const [session, setSession] = useState<PocketSession | null>(null);
  const inWeCom = insideWeCom(navigator.userAgent);

  const ask = () => {
    setSession(null);
    void askWho().then((found) => {
      if (found.state === 'out' && inWeCom && firstTry(sessionStorage, Date.now()))
        location.replace(wecomSignIn);
      else setSession(found);
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the sidebar opens.
  useEffect(() => {
    document.title = t('sidebar.title');
    ask();
  }, []);

  if (!session) {
    return (
      <main class="pocket" aria-busy="true">
        <div class="pocket-grey" />
        <div class="pocket-grey pocket-short" />
      </main>
    );
  }
  if (session.state === 'in') {
    const { user, corp } = session.me;
    return (
      <main class="pocket">
        <section class="pocket-card pocket-who">
          <span class="pocket-face" aria-hidden="true">
            {initial(user.name)}
          </span>
          <div>
            <h1>{user.name}</h1>
            <p>{corp.name}</p>
          </div>
        </section>
        <Newest t={t} member={user.member} />
      </main>
    );
  }
  if (session.state === 'out') {
    return (
      <main class="pocket">
        <section class="pocket-card pocket-middle">
          <h1>{t(inWeCom ? 'sidebar.out' : 'sidebar.outside')}</h1>
          <p>{t(inWeCom ? 'sidebar.out.hint' : 'sidebar.outside.hint')}</p>
          {inWeCom && (
            <a class="pocket-button" href={wecomSignIn}>
              {t('sidebar.signIn')}
            </a>
          )}
        </section>
      </main>
    );
  }
  return (
    <main class="pocket">
      <section class="pocket-card pocket-middle" role="alert">
        <h1>{t('away')}</h1>
        <p>{t('away.hint')}</p>
        {session.reference && <p class="pocket-small">{t('reference', { reference: session.reference })}</p>}
        <button type="button" class="pocket-button" onClick={ask}>
          {t('retry')}
        </button>
      </section>
    </main>
  );
}

/** The member's newest customers; where they cannot be had, what the sidebar is for. */
function Newest({ t, member }: { t: PocketText; member: string | undefined }) {
  const [customers, setCustomers] = useState<PocketCustomer[] | null | undefined>(undefined);
  useEffect(() => {
    void newestCustomers(member).then(setCustomers);
  }, [member]);
  if (customers === undefined) return <div class="pocket-grey" />;
  return (
    <section class="pocket-card">
      {customers === null ? (
        <>
          <h2>{t('sidebar.ready')}</h2>
          <p>{t('sidebar.ready.hint')}</p>
        </>
      ) : (
        <>
          <h2>{t('sidebar.newest')}</h2>
          {customers.length === 0 && <p>{t('sidebar.newest.none')}</p>}
          <ul class="pocket-list">
            {customers.map((customer) => (
              <li key={customer.id}>
                <span>{customer.remark || customer.name || t('sidebar.nameless')}</span>
                <time>{shortTime(customer.addedAt)}</time>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
