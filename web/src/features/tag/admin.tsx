import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/tag', title: 'menu.tag', permission: 'tag.read', load: () => import('./tag-page') },
  {
    path: '/tag/runs/$id',
    title: 'tag.run',
    crumbs: [{ title: 'menu.tag', path: '/tag' }],
    permission: 'tag.batch',
    load: () => import('./run-page'),
  },
];
