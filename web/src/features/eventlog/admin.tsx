import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/eventlog',
    title: 'menu.eventlog',
    permission: 'eventlog.read',
    load: () => import('./eventlog-page'),
  },
];
