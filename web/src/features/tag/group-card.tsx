import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { type Action, ActionMenu, Button } from '@/parts/Button';
import { useFeedback } from '@/parts/Feedback';
import { Icon } from '@/parts/Icon';
import { NumberText } from '@/parts/NumberText';
import { Card } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { useSettle } from './change';
import { AddTagsDialog, RenameDialog } from './name-dialogs';
import { SightDialog } from './sight-dialog';
import { useT } from './strings';
import { type Group, moved, type Tag } from './words';

/** One group with its tags. Without peers (while searching) nothing can be put in another order. */
export function GroupCard({ group, peers, write }: { group: Group; peers?: Group[]; write: boolean }) {
  const t = useT();
  const can = useCan();
  const settle = useSettle();
  const { problem } = useFeedback();
  const remove = useRemove();
  const [dialog, setDialog] = useState<'add' | 'rename' | 'sight'>();
  const foreign = group.ours === false;
  const order = (ids?: string[]) =>
    ids && settle(ok(api.PUT('/api/tag/order', { body: { ids } }))).catch(problem);
  const at = peers?.findIndex((peer) => peer.id === group.id) ?? -1;
  const move = (by: -1 | 1) => order(moved(peers ?? [], at, by)?.map((peer) => peer.id));
  const actions: Action[] = [
    {
      key: 'rename',
      label: t('rename'),
      icon: 'edit',
      disabled: foreign,
      onClick: () => setDialog('rename'),
    },
    { key: 'sight', label: t('sight'), icon: 'eye', onClick: () => setDialog('sight') },
    { key: 'up', label: t('up'), icon: 'up', disabled: at <= 0, onClick: () => move(-1) },
    {
      key: 'down',
      label: t('down'),
      icon: 'fall',
      disabled: at < 0 || at >= (peers?.length ?? 0) - 1,
      onClick: () => move(1),
    },
    {
      key: 'remove',
      label: t('group.remove'),
      icon: 'remove',
      danger: true,
      disabled: foreign,
      onClick: () => remove(group.id, group.name),
    },
  ];
  return (
    <Card
      title={
        <span className="tag-title">
          {group.name}
          <span className="q-faint">{t('tags.n', { n: group.tags.length })}</span>
          {group.own && (
            <StateBadge tone="quiet" hint={t('own.hint')}>
              {t('own')}
            </StateBadge>
          )}
          {foreign && (
            <StateBadge tone="quiet" hint={t('foreign.hint')}>
              {t('foreign')}
            </StateBadge>
          )}
          {group.sight && (
            <StateBadge tone="warn" hint={t('limited.hint')}>
              {t('limited')}
            </StateBadge>
          )}
        </span>
      }
      actions={
        <span className="q-row">
          {group.add && can('tag.add') && (
            <Button size="small" icon="add" onClick={() => setDialog('add')}>
              {t('tags.add')}
            </Button>
          )}
          {write && <ActionMenu size="small" label={t('more', { name: group.name })} actions={actions} />}
        </span>
      }
    >
      <ul className="tag-list">
        {group.tags.map((tag, i) => (
          <TagChip key={tag.id} tag={tag} group={group} at={i} write={write} movable={peers !== undefined} />
        ))}
      </ul>
      {dialog === 'add' && <AddTagsDialog group={group} onClose={() => setDialog(undefined)} />}
      {dialog === 'rename' && (
        <RenameDialog id={group.id} name={group.name} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'sight' && <SightDialog group={group} onClose={() => setDialog(undefined)} />}
    </Card>
  );
}

function TagChip(props: { tag: Tag; group: Group; at: number; write: boolean; movable: boolean }) {
  const { tag, group, at } = props;
  const t = useT();
  const navigate = useNavigate();
  const settle = useSettle();
  const { problem } = useFeedback();
  const remove = useRemove();
  const [renaming, setRenaming] = useState(false);
  const foreign = tag.ours === false;
  const ids = group.tags.map((x) => x.id);
  const order = (next?: string[]) =>
    next && settle(ok(api.PUT('/api/tag/order', { body: { group: group.id, ids: next } }))).catch(problem);
  const actions: Action[] = [
    {
      key: 'customers',
      label: t('customers'),
      icon: 'customer',
      onClick: () => navigate({ to: `/customer?tag=${encodeURIComponent(tag.id)}` }),
    },
  ];
  if (props.write) {
    actions.push(
      {
        key: 'rename',
        label: t('rename'),
        icon: 'edit',
        disabled: foreign,
        onClick: () => setRenaming(true),
      },
      {
        key: 'earlier',
        label: t('earlier'),
        icon: 'left',
        disabled: !props.movable || at === 0,
        onClick: () => order(moved(ids, at, -1)),
      },
      {
        key: 'later',
        label: t('later'),
        icon: 'right',
        disabled: !props.movable || at === ids.length - 1,
        onClick: () => order(moved(ids, at, 1)),
      },
      {
        key: 'remove',
        label: t('remove'),
        icon: 'remove',
        danger: true,
        disabled: foreign,
        onClick: () => remove(tag.id, tag.name),
      },
    );
  }
  return (
    <li className="tag-chip">
      {foreign && !group.own && <Icon name="lock" />}
      <span>{tag.name}</span>
      <span className="q-faint q-num">
        <NumberText value={tag.follows} />
      </span>
      <ActionMenu size="small" label={t('more', { name: tag.name })} actions={actions} />
      {renaming && <RenameDialog id={tag.id} name={tag.name} onClose={() => setRenaming(false)} />}
    </li>
  );
}

/** Asks, with how many customers carry what goes, and deletes. */
function useRemove(): (id: string, name: string) => Promise<unknown> {
  const t = useT();
  const settle = useSettle();
  const { confirm, problem } = useFeedback();
  return async (id, name) => {
    try {
      const usage = await ok(api.GET('/api/tag/usage/{id}', { params: { path: { id } } }));
      return await confirm({
        title: t('remove.title', { name }),
        detail: (
          <>
            <p>
              {usage.follows === 0
                ? t('remove.unused')
                : t(usage.capped ? 'remove.usedMany' : 'remove.used', { n: usage.follows })}
            </p>
            {usage.tags > 1 && <p>{t('remove.tags', { n: usage.tags })}</p>}
            {usage.last && <p>{t('remove.last')}</p>}
          </>
        ),
        action: t('remove'),
        danger: true,
        onConfirm: () =>
          settle(ok(api.DELETE('/api/tag/tags/{id}', { params: { path: { id }, query: { was: name } } }))),
      });
    } catch (error) {
      return problem(error);
    }
  };
}
