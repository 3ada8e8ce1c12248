import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  sections: [
    {
      key: 'intention.card',
      title: 'intention.card',
      place: 'left',
      permission: 'intention.read',
      order: 25,
      load: () => import('./customer-intention'),
    },
  ],
};
