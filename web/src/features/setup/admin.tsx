import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  {
    path: '/setup',
    title: 'menu.setup',
    permission: 'setup.read',
    load: () => import('./connection-page'),
  },
  {
    path: '/setup/health',
    title: 'menu.setup.health',
    permission: 'setup.read',
    load: () => import('./health-page'),
  },
  {
    path: '/setup/corps',
    title: 'menu.setup.corps',
    permission: 'installation.corps',
    load: () => import('./corps-page'),
  },
];
