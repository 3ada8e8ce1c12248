import type { FeaturePage } from '@/lib/feature-page';

const crumbs = [{ title: 'menu.stage', path: '/stage' }];

export const pages: readonly FeaturePage[] = [
  { path: '/stage', title: 'menu.stage', permission: 'stage.read', load: () => import('./stage-page') },
  {
    path: '/stage/setup',
    title: 'stage.setup',
    crumbs,
    permission: 'stage.setting',
    load: () => import('./setup-page'),
  },
  {
    path: '/stage/flow/$id',
    title: 'stage.flow',
    crumbs: [...crumbs, { title: 'stage.setup', path: '/stage/setup' }],
    permission: 'stage.setting',
    load: () => import('./flow-page'),
  },
];
