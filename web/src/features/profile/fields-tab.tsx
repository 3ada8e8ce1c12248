import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Card, Waiting } from '@/parts/Page';
import { Label, StateBadge } from '@/parts/StateBadge';
import { FieldDialog } from './field-dialog';
import { useT } from './strings';
import { bySection, type FieldView } from './words';
import './profile.css';

export function useFields() {
  useLive('profile', [['profile', 'fields']]);
  return useQuery({
    queryKey: ['profile', 'fields'],
    queryFn: ({ signal }) => ok(api.GET('/api/profile/fields', { signal })),
  });
}

/** The fields in their order; who may define them changes them here. */
export function FieldsTab() {
  const t = useT();
  const can = useCan();
  const fields = useFields();
  const [edited, setEdited] = useState<{ field?: FieldView } | null>(null);
  const mayDefine = can('profile.field');
  if (fields.isPending) return <Waiting />;
  if (fields.isError) return <ErrorView error={fields.error} onRetry={() => void fields.refetch()} />;
  const items = fields.data.items;
  const used = items.filter((f) => !f.archived);
  const away = items.filter((f) => f.archived);
  const add = mayDefine && (
    <Button
      look="primary"
      icon="add"
      onClick={() => setEdited({})}
      disabled={items.length >= fields.data.most}
    >
      {t('def.new')}
    </Button>
  );
  return (
    <div className="q-stack">
      {items.length === 0 ? (
        <Empty title={t('fields.empty')} hint={t('fields.empty.hint')} action={add} />
      ) : (
        <>
          <div className="profile-bar">
            <span className="q-faint">{t('fields.count', { n: items.length, most: fields.data.most })}</span>
            {add}
          </div>
          {bySection(used).map((part) => (
            <Card key={part.name} title={part.name || t('section.none')} flush>
              <ul className="profile-fields">
                {part.fields.map((field) => (
                  <FieldLine
                    key={field.id}
                    field={field}
                    all={items}
                    peers={part.fields}
                    mayDefine={mayDefine}
                    onEdit={() => setEdited({ field })}
                  />
                ))}
              </ul>
            </Card>
          ))}
          {away.length > 0 && (
            <Card title={t('fields.archived', { n: away.length })} flush>
              <ul className="profile-fields">
                {away.map((field) => (
                  <FieldLine
                    key={field.id}
                    field={field}
                    all={items}
                    peers={[]}
                    mayDefine={mayDefine}
                    onEdit={() => setEdited({ field })}
                  />
                ))}
              </ul>
            </Card>
          )}
        </>
      )}
      {edited && (
        <FieldDialog
          field={edited.field}
          sections={[...new Set(items.map((f) => f.section).filter(Boolean))]}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}

/** The order of all fields after one has changed places with its neighbour on the page. */
function moved(
  all: readonly FieldView[],
  peers: readonly FieldView[],
  id: string,
  by: -1 | 1,
): string[] | undefined {
  const at = peers.findIndex((f) => f.id === id);
  const other = peers[at + by];
  if (!other) return undefined;
  const ids = all.map((f) => f.id);
  const a = ids.indexOf(id);
  const b = ids.indexOf(other.id);
  ids[a] = other.id;
  ids[b] = id;
  return ids;
}

function FieldLine(props: {
  field: FieldView;
  all: readonly FieldView[];
  peers: readonly FieldView[];
  mayDefine: boolean;
  onEdit: () => void;
}) {
  const { field, all, peers, mayDefine } = props;
  const t = useT();
  const { text } = useI18n();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const again = () => client.invalidateQueries({ queryKey: ['profile'] });
  const move = async (by: -1 | 1) => {
    const fields = moved(all, peers, field.id, by);
    if (!fields) return;
    await ok(api.PUT('/api/profile/order', { body: { fields } }));
    await again();
  };
  const path = { params: { path: { id: field.id } } };
  const archive = async () => {
    await ok(
      api.PUT('/api/profile/fields/{id}/state', {
        ...path,
        body: { archived: !field.archived, version: field.version },
      }),
    );
    done(t(field.archived ? 'def.restored' : 'def.archived'));
    await again();
  };
  const remove = async () => {
    const { customers } = await ok(api.GET('/api/profile/fields/{id}/usage', path));
    await confirm({
      title: t('def.remove.title', { name: field.name, n: customers }),
      detail: t('def.remove.detail'),
      action: t('def.remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/profile/fields/{id}', path));
        done(t('def.removed'));
        await again();
      },
    });
  };
  const roles = (keys: readonly string[]) =>
    keys.map((key) => text(`role.${key}`, undefined, key)).join(t('comma'));
  return (
    <li>
      <div className="profile-field-words">
        <strong>{field.name}</strong>
        <span className="q-row q-wrap">
          <Label>{t(`kind.${field.kind}`)}</Label>
          {field.required && <StateBadge tone="warn">{t('required')}</StateBadge>}
          {field.visible.length > 0 && (
            <StateBadge tone="quiet" hint={t('visible.to', { roles: roles(field.visible) })}>
              {t('visible.some')}
            </StateBadge>
          )}
          {field.editable.length > 0 && (
            <StateBadge tone="quiet" hint={t('editable.by', { roles: roles(field.editable) })}>
              {t('editable.some')}
            </StateBadge>
          )}
        </span>
        <span className="q-faint">
          {field.options.length > 0
            ? field.options
                .filter((o) => !o.archived)
                .map((o) => o.name)
                .join(' · ')
            : field.note}
        </span>
      </div>
      {mayDefine && (
        <span className="q-row">
          {!field.archived && peers.length > 1 && (
            <>
              <Button
                size="small"
                look="quiet"
                icon="up"
                label={t('def.up', { name: field.name })}
                disabled={peers[0]?.id === field.id}
                onClick={() => move(-1)}
              />
              <Button
                size="small"
                look="quiet"
                icon="fall"
                label={t('def.down', { name: field.name })}
                disabled={peers[peers.length - 1]?.id === field.id}
                onClick={() => move(1)}
              />
            </>
          )}
          <ActionMenu
            label={t('def.more', { name: field.name })}
            actions={[
              ...(field.archived
                ? []
                : [{ key: 'edit', label: t('edit'), icon: 'edit' as const, onClick: props.onEdit }]),
              {
                key: 'archive',
                label: t(field.archived ? 'def.restore' : 'def.archive'),
                icon: field.archived ? 'undo' : 'stop',
                onClick: archive,
              },
              { key: 'remove', label: t('def.remove'), icon: 'remove', danger: true, onClick: remove },
            ]}
          />
        </span>
      )}
    </li>
  );
}
