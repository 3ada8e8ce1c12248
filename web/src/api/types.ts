import type { components } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['AccountMe'];
export type MenuGroup = Schemas['AccountMenuGroup'];
export type MenuItem = Schemas['AccountMenuItem'];
export type HomeTile = Schemas['AskTile'];
export type SearchGroup = Schemas['AskFound'];
export type RunningJob = Schemas['HomeJob'];
export type MemberBrief = Schemas['MirrorMemberBrief'];
export type DepartmentBrief = Schemas['MirrorDepartmentBrief'];
export type TagGroupBrief = Schemas['MirrorTagGroupBrief'];
export type TagBrief = Schemas['MirrorTagBrief'];

/** A page of a list that is read by cursor. */
export interface ListPage<Row> {
  items: Row[];
  /** Cursor of the page after this one; absent or empty at the end. */
  next?: string;
  /** How many rows match in all, and whether that is exact or only "more than". */
  total?: { count: number; exact: boolean };
}
