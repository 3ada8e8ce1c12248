import { type ComponentType, lazy, Suspense } from 'react';
import {
  type CustomerOnPage,
  type CustomerSection,
  type CustomerSectionProps,
  useCustomerSections,
} from '@/lib/customer-parts';
import { Waiting } from '@/parts/Page';

/** What other features show of a customer, below one another. */
export function CustomerSections({ customer }: { customer: CustomerOnPage }) {
  return useCustomerSections('left').map((section) => (
    <OneSection key={section.key} section={section} customer={customer} />
  ));
}

export function OneSection(props: { section: CustomerSection; customer: CustomerOnPage }) {
  const Section = componentOf(props.section);
  return (
    <Suspense fallback={<Waiting rows={2} />}>
      <Section customer={props.customer} />
    </Suspense>
  );
}

const loaded = new Map<string, ComponentType<CustomerSectionProps>>();

function componentOf(section: CustomerSection): ComponentType<CustomerSectionProps> {
  let component = loaded.get(section.key);
  if (component === undefined) {
    component = lazy(section.load);
    loaded.set(section.key, component);
  }
  return component;
}
