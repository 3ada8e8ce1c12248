import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Hint } from '@/parts/Facts';
import { TextInput } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { Notice, Switcher } from '@/parts/Tabs';
import { GroupCard } from './group-card';
import { GroupDialog } from './group-dialog';
import { useT } from './strings';

export function useLibrary() {
  return useQuery({
    queryKey: ['tag', 'library'],
    queryFn: ({ signal }) => ok(api.GET('/api/tag/library', { signal })),
  });
}

type Kind = 'all' | 'wecom' | 'own';

/** The groups with their tags, WeCom's and ours, in their order. */
export function LibraryTab() {
  const t = useT();
  const can = useCan();
  const library = useLibrary();
  const [making, setMaking] = useState(false);
  const [sought, setSought] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  if (library.isPending) return <Waiting />;
  if (library.isError) return <ErrorView error={library.error} onRetry={() => void library.refetch()} />;
  const { groups, used, most, waiting } = library.data;
  const write = can('tag.write');
  const add = write && (
    <Button look="primary" icon="add" onClick={() => setMaking(true)}>
      {t('group.new')}
    </Button>
  );
  const words = sought.trim().toLowerCase();
  const shown = groups
    .filter((group) => kind === 'all' || group.own === (kind === 'own'))
    .map((group) =>
      words === '' || group.name.toLowerCase().includes(words)
        ? group
        : { ...group, tags: group.tags.filter((tag) => tag.name.toLowerCase().includes(words)) },
    )
    .filter((group) => group.tags.length > 0);
  const whole = words === '' && kind === 'all';
  return (
    <div className="q-stack">
      <div className="tag-bar">
        <div className="tag-search">
          <TextInput value={sought} onChange={setSought} placeholder={t('search')} label={t('search')} />
        </div>
        <Switcher<Kind>
          label={t('kind')}
          value={kind}
          onChange={setKind}
          options={(['all', 'wecom', 'own'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        <span className="q-grow" />
        <Hint text={t('quota.hint')}>
          <span className="q-faint">{t('quota', { used, most })}</span>
        </Hint>
        {add}
      </div>
      {used >= most && <Notice tone="warning" title={t('quota.full')} />}
      {waiting > 0 && <Notice tone="info" title={t('waiting', { n: waiting })} />}
      {groups.length === 0 ? (
        <Empty title={t('empty')} hint={t('empty.hint')} action={add} />
      ) : shown.length === 0 ? (
        <Empty title={t('nothing')} hint={t('nothing.hint')} compact />
      ) : (
        <>
          <p className="q-faint">{t('follows.counted')}</p>
          {shown.map((group) => (
            <GroupCard
              key={group.id}
              group={group}
              peers={whole ? groups.filter((g) => g.own === group.own) : undefined}
              write={write}
            />
          ))}
        </>
      )}
      {making && <GroupDialog full={used >= most} onClose={() => setMaking(false)} />}
    </div>
  );
}
