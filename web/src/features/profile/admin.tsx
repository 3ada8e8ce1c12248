import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/profile',
    title: 'menu.profile',
    permission: 'profile.read',
    load: () => import('./profile-page'),
  },
];
