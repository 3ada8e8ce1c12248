import { type ComponentType, createContext, useContext } from 'react';
import type { components } from '@/api/schema';
import { useCan } from './me';
import type { CustomerSelection } from './rule';

export type { CustomerSelection } from './rule';

/**
 * What a feature adds to the customers' list and to the page of one customer. It stands in
 * features/<slug>/customer-parts.ts, which is found by its folder and loaded at start, so it
 * holds nothing but this list:
 *
 *   export const parts: CustomerParts = {
 *     actions: [{ key: 'tag.mark', label: 'tag.mark', icon: 'tag', permission: 'tag.mark', order: 10, load: () => import('./mark-dialog') }],
 *     sections: [{ key: 'stage.places', title: 'stage.places', place: 'left', permission: 'stage.read', order: 10, load: () => import('./customer-stage') }],
 *   };
 */
export interface CustomerParts {
  actions?: readonly CustomerAction[];
  sections?: readonly CustomerSection[];
}

/** Something to do with customers that were chosen: ticked, all that match, or the one whose page is open. */
export interface CustomerAction {
  /** "<slug>.<what>", once in the product. */
  key: string;
  /** Full key of its text. */
  label: string;
  /** A word of parts/Icon. */
  icon?: string;
  /** Without it the action is not offered; the server checks again. */
  permission?: string;
  /** Left to right; the first three are buttons, the others stand in a menu. */
  order: number;
  danger?: boolean;
  /** Where it is offered: on the list's selection, on a customer's page; both when left out. */
  on?: 'list' | 'page';
  /** A component that does it, usually a Dialog that is open from the start. */
  load: () => Promise<{ default: ComponentType<CustomerActionProps> }>;
}

export interface CustomerActionProps {
  /** Whom it is for, as every batch act of the server takes it in its body. */
  selection: CustomerSelection;
  /** What one row was when they were chosen: a customer, or a member–customer pair. */
  level: 'customer' | 'follow';
  /** How many rows were chosen; with more true "at least so many". */
  count: number;
  more: boolean;
  /** Closes the dialog and leaves the selection as it is. */
  onClose: () => void;
  /** Closes it because the act was begun: the selection is cleared. */
  onDone: () => void;
}

/** A card of a customer's page, or a tab beside his timeline. */
export interface CustomerSection {
  key: string;
  /** Full key of the heading; a tab's label. */
  title: string;
  permission?: string;
  /** left: a card between the person and his groups; tab: beside the timeline. */
  place: 'left' | 'tab';
  order: number;
  /** A component; on the left it brings its own Card, so that it may show nothing at all. */
  load: () => Promise<{ default: ComponentType<CustomerSectionProps> }>;
}

export interface CustomerSectionProps {
  customer: CustomerOnPage;
}

/** The customer of the page, as GET /api/customer/customers/{id} gives him; followers are those in scope. */
export type CustomerOnPage = components['schemas']['CustomerDetail'];

/** What all features add; provided by the console. */
export const CustomerPartsContext = createContext<readonly CustomerParts[]>([]);

const allowed =
  (can: (permission: string) => boolean) =>
  ({ permission }: { permission?: string }) =>
    permission === undefined || can(permission);

export function useCustomerActions(on: 'list' | 'page'): CustomerAction[] {
  const can = useCan();
  return useContext(CustomerPartsContext)
    .flatMap((part) => part.actions ?? [])
    .filter((action) => action.on === undefined || action.on === on)
    .filter(allowed(can))
    .sort((a, b) => a.order - b.order);
}

export function useCustomerSections(place: CustomerSection['place']): CustomerSection[] {
  const can = useCan();
  return useContext(CustomerPartsContext)
    .flatMap((part) => part.sections ?? [])
    .filter((section) => section.place === place)
    .filter(allowed(can))
    .sort((a, b) => a.order - b.order);
}
