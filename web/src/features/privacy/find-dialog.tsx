import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { CustomerCard } from '@/parts/CustomerCard';
import { Dialog } from '@/parts/Drawer';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { TextInput } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { RequestDialog } from './request-dialog';
import { useT } from './strings';
import './privacy.css';

const shown = 8;

/** Finds whom a request is for, and goes on to the request. */
export function FindDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [q, setQuery] = useState('');
  const [chosen, choose] = useState<string>();
  const found = useQuery({
    queryKey: ['customer', 'find', q],
    enabled: q.trim() !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/customer/customers', {
          params: { query: { q: q.trim(), standing: 'all', limit: shown } },
          signal,
        }),
      ),
  });
  if (chosen !== undefined) return <RequestDialog customer={chosen} onClose={onClose} onDone={onClose} />;
  return (
    <Dialog open onClose={onClose} title={t('whom')}>
      <div className="q-stack">
        <TextInput value={q} onChange={setQuery} label={t('whom.label')} autoFocus />
        <div className="privacy-found">
          {q.trim() === '' && <p className="q-faint">{t('whom.hint')}</p>}
          {q.trim() !== '' && found.isPending && <Waiting rows={3} />}
          {found.isError && <ErrorView compact error={found.error} onRetry={() => void found.refetch()} />}
          {q.trim() !== '' && found.data?.items.length === 0 && <Empty title={t('whom.none')} />}
          {q.trim() !== '' &&
            found.data?.items.map((c) => (
              <Button key={c.id} look="quiet" block onClick={() => choose(c.id)}>
                <CustomerCard
                  customer={{ name: c.name, avatar: c.avatar, corp: c.company }}
                  more={c.members.map((m) => m.name).join(t('comma'))}
                />
              </Button>
            ))}
        </div>
      </div>
    </Dialog>
  );
}
