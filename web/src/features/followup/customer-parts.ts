import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  sections: [
    {
      key: 'followup.tasks',
      title: 'followup.tasks',
      place: 'left',
      permission: 'followup.read',
      order: 5,
      load: () => import('./customer-tasks'),
    },
    {
      key: 'followup.notes',
      title: 'followup.notes',
      place: 'tab',
      permission: 'followup.read',
      order: 10,
      load: () => import('./customer-notes'),
    },
  ],
};
