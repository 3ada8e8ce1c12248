import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/intention',
    title: 'menu.intention',
    permission: 'intention.read',
    load: () => import('./list-page'),
  },
  {
    path: '/intention/rules',
    title: 'intention.rules',
    crumbs: [{ title: 'menu.intention', path: '/intention' }],
    permission: 'intention.read',
    load: () => import('./rules-page'),
  },
];
