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
  return (
    <Page title={t('title')} meaning={t('meaning')}>
      <Tabs
        items={[
          { key: 'roles', label: t('roles'), content: <Roles /> },
          { key: 'grants', label: t('grants'), content: <Grants /> },
          { key: 'lookup', label: t('lookup'), content: <Lookup /> },
          { key: 'menus', label: t('menus'), content: <Menus /> },
        ]}
      />
    </Page>
  );
}
