import type { FeaturePage } from '@/lib/feature-page';

const above = [{ title: 'menu.transfer', path: '/transfer' }];

export const pages: readonly FeaturePage[] = [
  {
    path: '/transfer',
    title: 'menu.transfer',
    permission: 'transfer.read',
    load: () => import('./list-page'),
  },
  {
    path: '/transfer/new',
    title: 'transfer.new',
    crumbs: above,
    permission: 'transfer.write',
    load: () => import('./new-page'),
  },
  {
    path: '/transfer/records/$id',
    title: 'transfer.record',
    crumbs: above,
    permission: 'transfer.read',
    load: () => import('./record-page'),
  },
];
