import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/sign-in', title: 'account.signIn', load: () => import('./sign-in-page'), open: true },
  { path: '/account', title: 'account.mine', load: () => import('./account-page') },
  {
    path: '/account/confirmed',
    title: 'account.confirmed',
    load: () => import('./confirmed-page'),
    open: true,
  },
  {
    path: '/accounts',
    title: 'menu.accounts',
    permission: 'account.manage',
    load: () => import('./accounts-page'),
  },
  {
    path: '/sessions',
    title: 'menu.sessions',
    permission: 'account.sessions',
    load: () => import('./sessions-page'),
  },
];
