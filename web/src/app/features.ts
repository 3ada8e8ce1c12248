import type { CustomerParts } from '@/lib/customer-parts';
import type { FeaturePage } from '@/lib/feature-page';

/** The pages of every features/<slug>/admin.tsx; a feature is found by its folder, there is no list to add it to. */
export const pages: readonly FeaturePage[] = Object.values(
  import.meta.glob<readonly FeaturePage[]>('../features/*/admin.{ts,tsx}', { eager: true, import: 'pages' }),
).flat();

/** What features add to the customers' pages: features/<slug>/customer-parts.ts. */
export const customerParts: readonly CustomerParts[] = Object.values(
  import.meta.glob<CustomerParts>('../features/*/customer-parts.{ts,tsx}', { eager: true, import: 'parts' }),
);
