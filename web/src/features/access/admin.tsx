import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/access', title: 'menu.access', permission: 'access.read', load: () => import('./access-page') },
];
