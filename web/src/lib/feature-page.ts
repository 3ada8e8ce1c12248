import type { ComponentType } from 'react';

/**
 * A page of the console. A feature lists its pages in features/<slug>/admin.tsx:
 *
 *   export const pages: FeaturePage[] = [
 *     { path: '/channelcode', title: 'menu.channelcode', load: () => import('./list-page') },
 *   ];
 *
 * The file is loaded at start, so it holds nothing but this list; each page's
 * module, whose default export is the component, comes when it is opened.
 */
export interface FeaturePage {
  /** The router's path; parameters as $id. */
  path: string;
  /** Full key of the page's name: menu.<key>, or <slug>.<key>. */
  title: string;
  /** The pages above this one, outermost first; only for pages deeper than a menu entry. */
  crumbs?: readonly { title: string; path: string }[];
  load: () => Promise<{ default: ComponentType }>;
  /** Without it the page says that a permission is missing, instead of failing piece by piece. */
  permission?: string;
  /** Shown without the frame and to people who are not signed in. */
  open?: boolean;
}
