import { useLive } from '@/lib/live';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Messages } from './messages';
import { Setting } from './setting';
import { useT } from './strings';

/** What members are told in their WeCom, and when and of what they are. */
export default function NoticePage() {
  const t = useT();
  useLive('notice', [['notice']]);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'messages', label: t('messages'), content: <Messages /> },
          { key: 'setting', label: t('setting'), content: <Setting /> },
        ]}
      />
    </Page>
  );
}
