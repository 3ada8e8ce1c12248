import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/customer',
    title: 'menu.customer',
    permission: 'customer.read',
    load: () => import('./list-page'),
  },
  {
    path: '/customer/segments',
    title: 'menu.segment',
    permission: 'customer.read',
    load: () => import('./segments-page'),
  },
  {
    path: '/customer/$id',
    title: 'customer.detail',
    crumbs: [{ title: 'menu.customer', path: '/customer' }],
    permission: 'customer.read',
    load: () => import('./detail-page'),
  },
];
