import type { FeaturePage } from '@/lib/feature-page';

const crumbs = [{ title: 'menu.channelcode', path: '/channelcode' }];

export const pages: readonly FeaturePage[] = [
  {
    path: '/channelcode',
    title: 'menu.channelcode',
    permission: 'channelcode.read',
    load: () => import('./list-page'),
  },
  {
    path: '/channelcode/new',
    title: 'channelcode.new',
    crumbs,
    permission: 'channelcode.write',
    load: () => import('./editor-page'),
  },
  {
    path: '/channelcode/$id',
    title: 'channelcode.detail',
    crumbs,
    permission: 'channelcode.read',
    load: () => import('./detail-page'),
  },
  {
    path: '/channelcode/$id/edit',
    title: 'channelcode.edit',
    crumbs,
    permission: 'channelcode.write',
    load: () => import('./editor-page'),
  },
];
