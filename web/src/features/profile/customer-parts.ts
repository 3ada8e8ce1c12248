import type { CustomerParts } from '@/lib/customer-parts';

export const parts: CustomerParts = {
  actions: [
    {
      key: 'profile.edit',
      label: 'profile.batch',
      icon: 'edit',
      permission: 'profile.batch',
      order: 30,
      on: 'list',
      load: () => import('./batch-dialog'),
    },
    {
      key: 'profile.blacken',
      label: 'profile.blacklist.add',
      icon: 'stop',
      permission: 'profile.blacklist',
      order: 60,
      on: 'list',
      load: () => import('./black-dialog'),
    },
  ],
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
