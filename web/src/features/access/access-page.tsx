import type { ReactNode } from 'react';
import { useUrlFilters } from '@/lib/url-filters';
import { Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { Grants } from './grants';
import { Lookup } from './lookup';
import { Menus } from './menus';
import { Roles } from './roles';
import { useT } from './strings';
import './access.css';

/** Who may do and see what: roles, whom they were given, what that adds up to, and menus. */
export default function AccessPage() {
  const t = useT();
  const tab = useUrlFilters('tab').one('tab') ?? 'roles';
  // Only the shown tab lives: several have a list with a drawer, and all drawers share one key of the address.
  const only = (key: string, content: ReactNode) => (tab === key ? content : null);
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'roles', label: t('roles'), content: only('roles', <Roles />) },
          { key: 'grants', label: t('grants'), content: only('grants', <Grants />) },
          { key: 'lookup', label: t('lookup'), content: only('lookup', <Lookup />) },
          { key: 'menus', label: t('menus'), content: only('menus', <Menus />) },
        ]}
      />
    </Page>
  );
}
