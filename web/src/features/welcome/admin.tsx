import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/welcome',
    title: 'menu.welcome',
    permission: 'welcome.read',
    load: () => import('./welcome-page'),
  },
];
