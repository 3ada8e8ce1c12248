import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/export', title: 'menu.export', load: () => import('./export-page') },
];
