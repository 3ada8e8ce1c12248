import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { readPreference } from '@/lib/preference';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu } from '@/parts/Button';
import type { Layout } from '@/parts/DataTable';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Form } from '@/parts/Form';
import { type FilterKey, filterKeys, type Level } from './query';
import { SavedFields, savedValues, shareOf } from './saved-fields';
import { useT } from './strings';

export type View = components['schemas']['CustomerView'];

/** What a view keeps: the filters as the address has them, the level, and both tables' columns. */
export interface Looks {
  filters: Partial<Record<FilterKey, string | string[]>>;
  level: Level;
  columns?: Partial<Record<Level, Partial<Layout>>>;
}

export function looksOf(content: string): Looks {
  try {
    const looks = JSON.parse(content) as Partial<Looks>;
    return { filters: looks.filters ?? {}, level: looks.level ?? 'company', columns: looks.columns };
  } catch {
    return { filters: {}, level: 'company' };
  }
}

/** Under which name a table remembers its columns: each view has its own. */
export function tableName(level: Level, view: View | undefined): string {
  return view ? `customer.${level}.${view.id}.${view.version}` : `customer.${level}`;
}

/** The views that the viewer saved or was shared with, and the one that is open. */
export function useViews() {
  const views = useQuery({
    queryKey: ['customer', 'views'],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/views', { signal })),
  });
  useLive('view', [['customer', 'views']]);
  const address = useUrlFilters('view');
  const open = views.data?.items.find((view) => view.id === address.one('view'));
  return { views: views.data?.items ?? [], open };
}

/** The menu of views: open one, save the present looks, share, choose with which the list opens. */
export function Views() {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const { views, open } = useViews();
  const address = useUrlFilters(...filterKeys, 'level', 'view');
  const [saving, setSaving] = useState<'new' | 'change'>();

  const show = (view: View | undefined) => {
    const looks = view && looksOf(view.content);
    address.patch({
      ...Object.fromEntries(filterKeys.map((key) => [key, undefined])),
      ...looks?.filters,
      level: looks?.level === 'follow' ? 'follow' : undefined,
      view: view?.id,
    });
  };
  // Whoever opens the list without asking for anything gets the view of his choice.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || views.length === 0) return;
    begun.current = true;
    const mine = views.find((view) => view.default);
    if (mine && !address.active) show(mine);
  });

  const level: Level = address.one('level') === 'follow' ? 'follow' : 'company';
  const present = (): Looks => ({
    filters: Object.fromEntries(
      filterKeys.flatMap((key) => (address.values[key] === undefined ? [] : [[key, address.values[key]]])),
    ),
    level,
    columns: {
      ...(open && looksOf(open.content).columns),
      [level]: readPreference<Partial<Layout>>(`table.${tableName(level, open)}`, {
        ...(open && looksOf(open.content).columns?.[level]),
      }),
    },
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['customer', 'views'] });
  const choose = async (view: View | undefined) => {
    await ok(api.PUT('/api/customer/default-view', { body: { view: view?.id } }));
    await refresh();
    feedback.done(view ? t('view.chosen', { name: view.name }) : t('view.unchosen'));
  };
  const overwrite = async (view: View) => {
    const body = {
      name: view.name,
      note: view.note,
      share: view.share,
      version: view.version,
      content: JSON.stringify(present()),
    };
    await ok(api.PUT('/api/customer/views/{id}', { params: { path: { id: view.id } }, body }));
    await refresh();
    feedback.done(t('view.saved', { name: view.name }));
  };
  const remove = (view: View) =>
    feedback.confirm({
      title: t('view.remove.title', { name: view.name }),
      detail: t('view.remove.detail'),
      action: t('view.remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/customer/views/{id}', { params: { path: { id: view.id } } }));
        show(undefined);
        await refresh();
      },
    });

  return (
    <>
      <ActionMenu
        label={open ? t('view.open', { name: open.name }) : t('views')}
        actions={[
          { key: 'none', label: t('view.none'), onClick: () => show(undefined) },
          ...views.map((view) => ({
            key: view.id,
            label: nameOf(view, t),
            icon: view.id === open?.id ? ('done' as const) : undefined,
            onClick: () => show(view),
          })),
          { key: 'save', label: t('view.save'), icon: 'save', onClick: () => setSaving('new') },
        ]}
      >
        {open ? open.name : t('views')}
      </ActionMenu>
      {open && (
        <ActionMenu
          label={t('view.actions')}
          actions={[
            ...(open.editable
              ? [
                  {
                    key: 'over',
                    label: t('view.overwrite'),
                    icon: 'done' as const,
                    onClick: () => overwrite(open),
                  },
                  {
                    key: 'change',
                    label: t('view.change'),
                    icon: 'edit' as const,
                    onClick: () => setSaving('change'),
                  },
                ]
              : []),
            open.default
              ? { key: 'default', label: t('view.undefault'), onClick: () => choose(undefined) }
              : { key: 'default', label: t('view.default'), onClick: () => choose(open) },
            ...(open.editable
              ? [
                  {
                    key: 'remove',
                    label: t('view.remove'),
                    icon: 'remove' as const,
                    danger: true,
                    onClick: () => remove(open),
                  },
                ]
              : []),
          ]}
        />
      )}
      <Dialog
        open={saving !== undefined}
        onClose={() => setSaving(undefined)}
        title={t(saving === 'change' ? 'view.change' : 'view.save')}
      >
        <ViewForm
          view={saving === 'change' ? open : undefined}
          looks={saving === 'change' && open ? looksOf(open.content) : present()}
          onClose={() => setSaving(undefined)}
          onSaved={async (view) => {
            setSaving(undefined);
            await refresh();
            feedback.done(t('view.saved', { name: view.name }));
            address.patch({ view: view.id });
          }}
        />
      </Dialog>
    </>
  );
}

function nameOf(view: View, t: ReturnType<typeof useT>): string {
  const by = view.mine ? view.name : t('view.by', { name: view.name, owner: view.ownerName });
  return view.default ? t('view.isDefault', { name: by }) : by;
}

function ViewForm(props: {
  view: View | undefined;
  looks: Looks;
  onClose: () => void;
  onSaved: (view: View) => Promise<void>;
}) {
  const { view, looks } = props;
  const t = useT();
  return (
    <Form
      initial={savedValues(view)}
      submitLabel={t('save')}
      onCancel={props.onClose}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          share: shareOf(values),
          version: view?.version,
          content: JSON.stringify(looks),
        };
        await props.onSaved(
          await (view
            ? ok(api.PUT('/api/customer/views/{id}', { params: { path: { id: view.id } }, body }))
            : ok(api.POST('/api/customer/views', { body }))),
        );
      }}
    >
      {(values) => (
        <>
          <p className="q-faint">{t('view.keeps')}</p>
          <SavedFields values={values} />
        </>
      )}
    </Form>
  );
}
