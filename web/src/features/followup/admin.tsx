import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/followup',
    title: 'menu.followup',
    permission: 'followup.read',
    load: () => import('./followup-page'),
  },
];
