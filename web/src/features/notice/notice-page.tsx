import type { ReactNode } from 'react';
import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Messages } from './messages';
import { Setting } from './setting';
import { useT } from './strings';

/** What members are told in their WeCom, and when and of what they are. */
export default function NoticePage() {
  const t = useT();
  const tab = useUrlFilters('tab').one('tab') ?? 'messages';
  useLive('notice', [['notice']]);
  const only = (key: string, content: ReactNode) => (tab === key ? content : null);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'messages', label: t('messages'), content: only('messages', <Messages />) },
          { key: 'setting', label: t('setting'), content: only('setting', <Setting />) },
        ]}
      />
    </Page>
  );
}
