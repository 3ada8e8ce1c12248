import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  actions: [
    {
      key: 'privacy.request',
      label: 'privacy.request',
      icon: 'lock',
      permission: 'privacy.view',
      order: 90,
      on: 'page',
      load: () => import('./customer-dialog'),
    },
  ],
};
