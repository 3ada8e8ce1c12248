import { useEffect } from 'react';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { confirmedChannel } from './confirmed';
import { useT } from './strings';

/** Where WeCom leads after it has confirmed who is there: tells the page that waits, and may be closed. */
export default function ConfirmedPage() {
  const t = useT();
  useEffect(() => {
    document.title = t('confirmed');
    const channel = new BroadcastChannel(confirmedChannel);
    channel.postMessage('confirmed');
    channel.close();
    // Works where this page was opened by another; elsewhere the words below say what to do.
    window.close();
  }, [t]);
  return (
    <main>
      <Empty
        page
        icon="success"
        title={t('confirmed')}
        hint={t('confirmed.hint')}
        action={<Button to="/">{t('confirmed.home')}</Button>}
      />
    </main>
  );
}
