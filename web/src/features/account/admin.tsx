import type { FeaturePage } from '@/lib/feature-page';

export const pages: readonly FeaturePage[] = [
  { path: '/sign-in', title: 'account.signIn', load: () => import('./sign-in-page'), open: true },
  { path: '/account', title: 'account.mine', load: () => import('./account-page') },
];
