import type { FeaturePage } from '@/lib/feature-page';

/** The pages of every features/<slug>/admin.tsx; a feature is found by its folder, there is no list to add it to. */
export const pages: readonly FeaturePage[] = Object.values(
  import.meta.glob<readonly FeaturePage[]>('../features/*/admin.{ts,tsx}', { eager: true, import: 'pages' }),
).flat();
