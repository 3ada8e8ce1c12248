import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useFieldName, useValueName } from '@/lib/changed';
import { useCan, useMe } from '@/lib/me';
import { Button } from './Button';
import { type Column, DataTable } from './DataTable';
import { Drawer } from './Drawer';
import { MemberTag } from './MemberTag';
import { useT } from './strings';
import { TimeText } from './TimeText';
import './style/setting-changes.css';

type Change = components['schemas']['AuditSettingChange'];

interface Setting {
  /** The setting, as its route says it (web.Sets): "notice:setting"; with a colon at its end all that begin so. */
  object: string;
  chain?: 'installation' | undefined;
  /** The page's own word for a field, where it knows a better one than the audit log. */
  fieldName?: (path: string) => string | undefined;
}

/** Who may change a setting, and sees the whole corp, is told who did. */
export function useSettingChanges(permission: string): boolean {
  const { reach } = useMe();
  return useCan()(permission) && reach === 'all';
}

/** A button that shows who changed a setting, when, and from what to what. */
export function SettingChanges(props: Setting & { permission: string }) {
  const t = useT();
  const may = useSettingChanges(props.permission);
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button icon="clock" look="quiet" onClick={() => setOpen(true)}>
        {t('settingChanges')}
      </Button>
      <SettingChangesDrawer {...props} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

/** The same for a page with a button of its own. */
export function SettingChangesDrawer(props: Setting & { open: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Drawer open={props.open} onClose={props.onClose} title={t('settingChanges')} width={760}>
      <History {...props} />
    </Drawer>
  );
}

function History({ object, chain, fieldName }: Setting) {
  const t = useT();
  const named = useFieldName();
  const valued = useValueName();
  const value = (path: string, text: string | undefined) =>
    text === undefined ? t('settingChanges.unset') : valued(path, text);
  const columns: Column<Change>[] = [
    {
      // In one column: on a phone there is no room for two beside what changed.
      key: 'at',
      title: t('settingChanges.at'),
      fixed: true,
      width: 140,
      render: (row) => (
        <div className="q-changes">
          <TimeText at={row.at} show="time" />
          <MemberTag
            name={row.actor === 'system' ? t('settingChanges.system') : row.actorName || row.actor}
          />
        </div>
      ),
    },
    {
      key: 'what',
      title: t('settingChanges.what'),
      render: (row) => (
        <div className="q-changes">
          {object.endsWith(':') && row.name && <strong>{row.name}</strong>}
          {row.fields.length === 0 && <span className="q-faint">{t('settingChanges.same')}</span>}
          {row.fields.map(({ path, before, after }) => (
            <span key={path}>
              <span className="q-changes-field">{fieldName?.(path) ?? named(path)}</span>
              <del>{value(path, before)}</del> → <ins>{value(path, after)}</ins>
            </span>
          ))}
        </div>
      ),
    },
  ];
  return (
    <DataTable<Change>
      id="setting.changes"
      label={t('settingChanges')}
      rowKey={(row) => row.id}
      queryKey={['audit', 'settings', object, chain]}
      load={({ after, limit, signal }) =>
        ok(
          api.GET('/api/audit/settings/{object}', {
            params: { path: { object }, query: { chain, after, limit } },
            signal,
          }),
        )
      }
      columns={columns}
      empty={{ title: t('settingChanges.none'), hint: t('settingChanges.none.hint') }}
    />
  );
}
