import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/notice', title: 'menu.notice', permission: 'notice.read', load: () => import('./notice-page') },
  { path: '/notice/mine', title: 'menu.notice.mine', load: () => import('./mine-page') },
];
