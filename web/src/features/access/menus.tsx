import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan, useMe } from '@/lib/me';
import { Button } from '@/parts/Button';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { useLeaveGuard } from '@/parts/Form';
import { Options, TextInput, Toggle } from '@/parts/fields';
import { Card, Waiting } from '@/parts/Page';
import { Label } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { useRoles } from './data';
import { holds } from './permission-tree';
import { useT } from './strings';
import { type MenuEntry, type MenuItem, type Role, useRoleName } from './words';

/** How each role sees the navigation: which pages, in what order, under what name. */
export function Menus() {
  const t = useT();
  const roles = useRoles();
  const roleName = useRoleName();
  const { confirm } = useFeedback();
  const [chosen, setChosen] = useState<string>();
  const [dirty, setDirty] = useState(false);
  const words = useI18n().text;
  const choose = async (key: string | undefined) => {
    const leave =
      !dirty ||
      (await confirm({
        title: words('parts.leave.title'),
        detail: words('parts.leave.detail'),
        action: words('parts.leave.action'),
        danger: true,
      }));
    if (leave) setChosen(key);
  };
  const menus = useQuery({
    queryKey: ['access', 'menus'],
    queryFn: ({ signal }) => ok(api.GET('/api/access/menus', { signal })),
  });
  const failed = [roles, menus].find((query) => query.isError);
  if (failed) return <ErrorView error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!roles.data || !menus.data) return <Waiting />;
  const role = roles.data.roles.find((one) => one.key === chosen) ?? roles.data.roles[0];
  if (!role) return null;
  const own = menus.data.menus.find((menu) => menu.role === role.key)?.items ?? [];
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('menus.rule')}>
        {t('menus.rule.hint')}
      </Notice>
      <div className="access-who">
        <Options
          label={t('role')}
          value={role.key}
          onChange={(key) => void choose(key)}
          options={roles.data.roles.map((one) => ({ value: one.key, label: roleName(one) }))}
        />
      </div>
      <Editor
        key={`${role.key} ${JSON.stringify(own)}`}
        role={role}
        entries={menus.data.entries}
        own={own}
        onDirty={setDirty}
      />
    </div>
  );
}

function Editor({
  role,
  entries,
  own,
  onDirty,
}: {
  role: Role;
  entries: readonly MenuEntry[];
  own: readonly MenuItem[];
  onDirty: (dirty: boolean) => void;
}) {
  const t = useT();
  const roleName = useRoleName();
  const { text } = useI18n();
  const can = useCan();
  const { reach } = useMe();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const [items, setItems] = useState<MenuItem[]>(() => arranged(entries, own));
  const saved = useRef(false);
  const dirty = changed(items, arranged(entries, own));
  useLeaveGuard(dirty, saved);
  useEffect(() => {
    onDirty(dirty);
    return () => onDirty(false);
  }, [dirty, onDirty]);
  const may = can('access.role') && reach === 'all' && role.givable !== false;
  const change = (key: string, part: Partial<MenuItem>) =>
    setItems(items.map((item) => (item.key === key ? { ...item, ...part } : item)));
  const swap = (a: number, b: number) => {
    const next = [...items];
    const [first, second] = [next[a], next[b]];
    if (first && second) [next[a], next[b]] = [second, first];
    setItems(next);
  };
  const save = async (body: { items: MenuItem[] }) => {
    await ok(api.PUT('/api/access/menus/{role}', { params: { path: { role: role.key } }, body }));
    await client.invalidateQueries({ queryKey: ['access'] });
    done(t('saved'));
  };
  const restore = () =>
    confirm({
      title: t('menus.usual.title', { name: roleName(role) }),
      detail: t('menus.usual.detail'),
      action: t('menus.usual'),
      danger: true,
      onConfirm: () => save({ items: [] }),
    });
  const groupOf = (key: string) => entries.find((entry) => entry.key === key)?.group ?? '';
  const groups = [...new Set(items.map((item) => groupOf(item.key)))];
  return (
    <Card
      actions={
        may && (
          <span className="q-row">
            {dirty && <span className="q-faint">{t('menus.unsaved')}</span>}
            <Button onClick={() => void restore()} disabled={own.length === 0}>
              {t('menus.usual')}
            </Button>
            <Button look="primary" disabled={!dirty} onClick={() => save({ items })}>
              {t('save')}
            </Button>
          </span>
        )
      }
      title={t('menus.of')}
    >
      {groups.map((group) => (
        <section key={group} className="access-menu">
          <h3>{text(`menu.group.${group}`, undefined, group)}</h3>
          {items.map((item, index) => {
            if (groupOf(item.key) !== group) return null;
            const usual = text(`menu.${item.key}`, undefined, item.key);
            const permission = entries.find((entry) => entry.key === item.key)?.permission;
            const opens = !permission || holds(role.permissions, permission);
            const same = (at: number) => items[at] && groupOf(items[at].key) === group;
            return (
              <div key={item.key} className="access-menu-row">
                <Toggle
                  checked={!item.hidden && opens}
                  disabled={!may || !opens}
                  label={t('menus.show', { name: usual })}
                  onChange={(on) => change(item.key, { hidden: !on })}
                />
                <TextInput
                  value={item.title ?? ''}
                  placeholder={usual}
                  label={t('menus.rename', { name: usual })}
                  disabled={!may}
                  max={12}
                  onChange={(title) => change(item.key, { title })}
                />
                <Button
                  size="small"
                  look="quiet"
                  icon="up"
                  hint={t('menus.up')}
                  disabled={!may || !same(index - 1)}
                  onClick={() => swap(index, index - 1)}
                />
                <Button
                  size="small"
                  look="quiet"
                  icon="fall"
                  hint={t('menus.down')}
                  disabled={!may || !same(index + 1)}
                  onClick={() => swap(index, index + 1)}
                />
                {!opens && <Label>{t('why.forbidden')}</Label>}
              </div>
            );
          })}
        </section>
      ))}
    </Card>
  );
}

/** Whether two arrangements differ: an empty name and none are the same, so are "shown" and nothing said. */
export function changed(a: readonly MenuItem[], b: readonly MenuItem[]): boolean {
  const plain = (items: readonly MenuItem[]) =>
    JSON.stringify(items.map(({ key, title, hidden }) => [key, title || '', hidden === true]));
  return plain(a) !== plain(b);
}

/** The entries as the role has them, group by group; those it does not speak of come last in their group. */
export function arranged(entries: readonly MenuEntry[], own: readonly MenuItem[]): MenuItem[] {
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return groups.flatMap((group) => {
    const keys = entries.filter((entry) => entry.group === group).map((entry) => entry.key);
    const known = own.filter((item) => keys.includes(item.key));
    const rest = keys
      .filter((key) => !known.some((item) => item.key === key))
      .map((key): MenuItem => ({ key }));
    return [...known, ...rest];
  });
}
