import type { components } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type MenuGroup = Schemas['MenuGroup'];
export type MenuItem = Schemas['MenuItem'];
export type HomeTile = Schemas['HomeTile'];
export type SearchGroup = Schemas['SearchGroup'];
export type RunningJob = Schemas['RunningJob'];
export type MemberBrief = Schemas['MemberBrief'];
export type DepartmentBrief = Schemas['DepartmentBrief'];
export type TagGroupBrief = Schemas['TagGroupBrief'];
export type TagBrief = Schemas['TagBrief'];

/** A page of a list that is read by cursor. */
export interface ListPage<Row> {
  items: Row[];
  /** Cursor of the page after this one; absent or empty at the end. */
  next?: string;
  /** How many rows match in all, and whether that is exact or only "more than". */
  total?: { count: number; exact: boolean };
}
