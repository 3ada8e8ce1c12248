import type { FeaturePage } from '@/lib/feature-page';
import { DetailPage } from './gallery-detail';
import { FormPage } from './gallery-form';
import { Overview } from './gallery-overview';
import { broken, many, none, TablePage } from './gallery-table';

const at = (path: string, component: () => React.ReactNode, title: string): FeaturePage => ({
  path,
  title,
  crumbs: path === '/gallery' ? undefined : [{ title: 'Gallery', path: '/gallery' }],
  load: async () => ({ default: component as () => React.JSX.Element }),
});

export const galleryPages: readonly FeaturePage[] = [
  at('/gallery', Overview, 'Gallery'),
  at('/gallery/table', () => <TablePage source={many} />, 'Table'),
  at('/gallery/empty', () => <TablePage source={none} />, 'Empty'),
  at('/gallery/broken', () => <TablePage source={broken} />, 'Error'),
  at('/gallery/form', FormPage, 'Form'),
  at('/gallery/detail', DetailPage, 'Detail'),
  at('/gallery/crash', Crash, 'Crash'),
];

function Crash(): React.ReactNode {
  throw new Error('on purpose');
}
