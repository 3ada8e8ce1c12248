import { useNavigate } from '@tanstack/react-router';
import { useUrlFilters } from '@/lib/url-filters';
import { Card, Page } from '@/parts/Page';
import { Planner } from './planner';
import { useT } from './strings';

/** A hand-over is planned: of a leaver, or of a member who stays. */
export default function NewPage() {
  const t = useT();
  const navigate = useNavigate();
  const filters = useUrlFilters('from');
  const from = filters.one('from');
  return (
    <Page title={t('new')} meaning={t('new.meaning')}>
      <Card>
        <Planner
          key={from}
          from={from ? [from] : []}
          onBegun={(id) => void navigate({ to: `/transfer/records/${id}` })}
          onCancel={() => void navigate({ to: '/transfer' })}
        />
      </Card>
    </Page>
  );
}
