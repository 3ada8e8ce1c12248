import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/network',
    title: 'menu.network',
    permission: 'installation.network',
    load: () => import('./network-page'),
  },
];
