import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  actions: [
    {
      key: 'tag.mark',
      label: 'tag.mark',
      icon: 'tag',
      permission: 'tag.batch',
      order: 10,
      load: () => import('./mark-dialog'),
    },
  ],
};
