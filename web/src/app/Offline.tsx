import { useSyncExternalStore } from 'react';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';

function subscribe(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}

/** Says above the page that the browser has no network: what is asked for waits, and what is shown is from before. */
export function Offline() {
  const t = useT();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status" className="q-offline">
      {!online && (
        <Notice tone="warning" title={t('offline')}>
          {t('offline.meaning')}
        </Notice>
      )}
    </div>
  );
}
