import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useLive } from '@/lib/live';
import { type FilterValue, type UrlFilters, useUrlFilters } from '@/lib/url-filters';
import { ActionMenu } from './Button';
import { Dialog } from './Drawer';
import { useFeedback } from './Feedback';
import { Form } from './Form';
import { SavedFields, savedValues, shareOf } from './SavedFields';
import { useT } from './strings';

export type View = components['schemas']['ViewSaved'];

/** Where the page's address names the open view. */
const openKey = 'saved';

/** The views of a list that the viewer saved or was shared with, and the one that is open. */
export function useViews(list: string) {
  const views = useQuery({
    queryKey: ['view', list],
    queryFn: ({ signal }) => ok(api.GET('/api/view/lists/{list}', { params: { path: { list } }, signal })),
  });
  useLive('view', [['view', list]]);
  const address = useUrlFilters(openKey);
  const items = views.data?.items ?? [];
  const open = items.find((view) => view.id === address.one(openKey));
  return { views: items, open, shares: views.data?.shares ?? false };
}

export interface ViewsProps {
  /** A list of the server's (feature.List): "audit.list". */
  list: string;
  /** What a view keeps of the page as it is now. */
  present: () => object;
  /** The page's address for what a view kept; for the list as it comes when there is none. */
  show: (content: string | undefined) => Record<string, FilterValue>;
  /** True when the address asks for something already: the chosen view then stays aside. */
  busy: boolean;
  /** Says what a view of this list keeps. */
  keeps?: string;
}

/** The menu of views: open one, save the present looks, share, choose with which the list opens. */
export function Views({ list, present, show, busy, keeps }: ViewsProps) {
  const t = useT();
  const client = useQueryClient();
  const feedback = useFeedback();
  const { views, open, shares } = useViews(list);
  const address: UrlFilters<string> = useUrlFilters<string>(openKey);
  const [saving, setSaving] = useState<'new' | 'change'>();

  const display = (view: View | undefined) => address.patch({ ...show(view?.content), [openKey]: view?.id });
  // Whoever opens the list without asking for anything gets the view of his choice.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || views.length === 0) return;
    begun.current = true;
    const mine = views.find((view) => view.default);
    if (mine && !busy && !address.active) display(mine);
  });

  const refresh = () => client.invalidateQueries({ queryKey: ['view', list] });
  const choose = async (view: View | undefined) => {
    await ok(api.PUT('/api/view/default', { body: { list, view: view?.id } }));
    await refresh();
    feedback.done(view ? t('view.chosen', { name: view.name }) : t('view.unchosen'));
  };
  const overwrite = async (view: View) => {
    const { name, note, share, version } = view;
    const body = { name, note, share, version, content: JSON.stringify(present()) };
    await ok(api.PUT('/api/view/views/{id}', { params: { path: { id: view.id } }, body }));
    await refresh();
    feedback.done(t('view.saved', { name }));
  };
  const remove = (view: View) =>
    feedback.confirm({
      title: t('view.remove.title', { name: view.name }),
      detail: t('view.remove.detail'),
      action: t('view.remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/view/views/{id}', { params: { path: { id: view.id } } }));
        display(undefined);
        await refresh();
      },
    });

  const mayChange = [
    { key: 'over', label: t('view.overwrite'), icon: 'done' as const, run: overwrite },
    { key: 'change', label: t('view.change'), icon: 'edit' as const, run: () => setSaving('change') },
  ];
  return (
    <>
      <ActionMenu
        label={open ? t('view.open', { name: open.name }) : t('views')}
        actions={[
          {
            key: 'none',
            label: t('view.none'),
            icon: open ? 'eye' : 'done',
            onClick: () => display(undefined),
          },
          ...views.map((view) => ({
            key: view.id,
            label: nameOf(view, t),
            icon: view.id === open?.id ? ('done' as const) : ('eye' as const),
            onClick: () => display(view),
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
            ...(open.editable ? mayChange : []).map(({ run, ...action }) => ({
              ...action,
              onClick: () => run(open),
            })),
            open.default
              ? {
                  key: 'default',
                  label: t('view.undefault'),
                  icon: 'home' as const,
                  onClick: () => choose(undefined),
                }
              : {
                  key: 'default',
                  label: t('view.default'),
                  icon: 'home' as const,
                  onClick: () => choose(open),
                },
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
          list={list}
          view={saving === 'change' ? open : undefined}
          content={() => (saving === 'change' && open ? open.content : JSON.stringify(present()))}
          shares={shares}
          keeps={keeps ?? t('view.keeps')}
          onClose={() => setSaving(undefined)}
          onSaved={async (view) => {
            setSaving(undefined);
            await refresh();
            feedback.done(t('view.saved', { name: view.name }));
            address.patch({ [openKey]: view.id });
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
  list: string;
  view: View | undefined;
  content: () => string;
  shares: boolean;
  keeps: string;
  onClose: () => void;
  onSaved: (view: View) => Promise<void>;
}) {
  const { list, view } = props;
  const t = useT();
  return (
    <Form
      initial={savedValues(view)}
      submitLabel={t('save')}
      onCancel={props.onClose}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          note: values.note,
          share: shareOf(values),
          version: view?.version,
          content: props.content(),
        };
        await props.onSaved(
          await (view
            ? ok(api.PUT('/api/view/views/{id}', { params: { path: { id: view.id } }, body }))
            : ok(api.POST('/api/view/views', { body: { ...body, list } }))),
        );
      }}
    >
      {(values) => (
        <>
          <p className="q-faint">{props.keeps}</p>
          <SavedFields values={values} shares={props.shares} />
        </>
      )}
    </Form>
  );
}

/** The views of a list whose page keeps nothing but its filters. */
export function FilterViews({ list, filters }: { list: string; filters: UrlFilters }) {
  return (
    <Views
      key={list}
      list={list}
      present={() => ({ filters: filters.values })}
      show={(content) => filtersOf(content, filters.keys)}
      busy={filters.active}
    />
  );
}

/** The filters that a view kept, all others cleared; what is no filter of the page is left out. */
export function filtersOf(content: string | undefined, keys: readonly string[]): Record<string, FilterValue> {
  let kept: Record<string, FilterValue> = {};
  try {
    kept = (JSON.parse(content ?? '{}') as { filters?: typeof kept }).filters ?? {};
  } catch {
    // A view that cannot be read is the list as it comes.
  }
  return Object.fromEntries(keys.map((key) => [key, kept[key]]));
}
