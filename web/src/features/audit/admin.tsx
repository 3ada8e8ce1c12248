import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/audit', title: 'menu.audit', permission: 'audit.read', load: () => import('./audit-page') },
];
