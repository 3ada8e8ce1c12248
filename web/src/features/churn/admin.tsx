import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/churn', title: 'menu.churn', permission: 'churn.read', load: () => import('./churn-page') },
];
