import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/privacy',
    title: 'menu.privacy',
    permission: 'privacy.view',
    load: () => import('./privacy-page'),
  },
];
