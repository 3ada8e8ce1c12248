import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/', title: 'menu.home', load: () => import('./home-page') },
];
