/** Permissions under the feature they belong to, in the order in which they came; 'all' for "feature.*". */
export function byFeature(permissions: readonly string[]): Map<string, 'all' | string[]> {
  const groups = new Map<string, 'all' | string[]>();
  for (const key of permissions) {
    const [feature = '', what] = key.split('.');
    const known = groups.get(feature);
    if (what === '*' || known === 'all') groups.set(feature, 'all');
    else groups.set(feature, [...(known ?? []), key]);
  }
  return groups;
}
