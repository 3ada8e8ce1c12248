import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  actions: [
    {
      key: 'stage.bulk',
      label: 'stage.bulk',
      icon: 'right',
      permission: 'stage.bulk',
      order: 30,
      on: 'list',
      load: () => import('./list-action'),
    },
  ],
  sections: [
    {
      key: 'stage.card',
      title: 'stage.stage',
      place: 'left',
      permission: 'stage.read',
      order: 10,
      load: () => import('./customer-stage'),
    },
  ],
};
