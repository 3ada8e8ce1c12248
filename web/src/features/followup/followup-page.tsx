import { useLive } from '@/lib/live';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { AllNotes } from './notes-tab';
import { useT } from './strings';
import { Tasks } from './tasks-tab';
import './followup.css';

/** What is to be done for customers, and what was written down about them. */
export default function FollowupPage() {
  const t = useT();
  const tab = useUrlFilters('tab').one('tab') ?? 'tasks';
  useLive('followup', [['followup']]);
  return (
    <Page title={t('title')} meaning={t(tab === 'notes' ? 'notes.meaning' : 'meaning')}>
      <Tabs
        items={[
          { key: 'tasks', label: t('tasks'), content: <Tasks /> },
          { key: 'notes', label: t('notes.all'), content: <AllNotes /> },
        ]}
      />
    </Page>
  );
}
