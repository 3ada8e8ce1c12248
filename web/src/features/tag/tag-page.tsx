import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { ChangesTab } from './changes-tab';
import { LibraryTab } from './library-tab';
import { RulesTab } from './rules-tab';
import { RunsTab } from './runs-tab';
import { StatsTab } from './stats-tab';
import { useT } from './strings';
import './tag.css';

/** Tags: the library, batch acts, rules for automatic tags, figures. */
export default function TagPage() {
  const t = useT();
  const can = useCan();
  useLive('tag', [['tag'], ['tags']]);
  useLive('tag.run', [['tag', 'runs']]);
  const items = [{ key: 'library', label: t('tab.library'), content: <LibraryTab /> }];
  if (can('tag.batch')) items.push({ key: 'runs', label: t('tab.runs'), content: <RunsTab /> });
  if (can('tag.rule')) items.push({ key: 'rules', label: t('tab.rules'), content: <RulesTab /> });
  items.push({ key: 'stats', label: t('tab.stats'), content: <StatsTab /> });
  items.push({ key: 'changes', label: t('tab.changes'), content: <ChangesTab /> });
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs items={items} />
    </Page>
  );
}
