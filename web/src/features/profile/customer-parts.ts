import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  sections: [
    {
      key: 'profile.card',
      title: 'profile.card',
      place: 'left',
      permission: 'profile.read',
      order: 20,
      load: () => import('./customer-card'),
    },
  ],
};
