import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  actions: [
    {
      key: 'transfer.hand',
      label: 'transfer.hand',
      icon: 'reach',
      permission: 'transfer.write',
      order: 60,
      load: () => import('./hand-dialog'),
    },
  ],
};
