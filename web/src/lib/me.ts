import { createContext, useContext } from 'react';
import type { Me } from '@/api/types';

/** Who looks; provided by the frame once signed in. */
export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside the signed-in frame');
  return me;
}

/** What concerns all corps of the installation; "*" does not hold it. */
const installation = 'installation.';

/** Whether a list of permissions holds one: "*" is every one of the corp, "customer.*" every one of a feature. */
export function holds(permissions: readonly string[], wanted: string): boolean {
  return permissions.some(
    (held) =>
      held === wanted ||
      (held === '*' && !wanted.startsWith(installation)) ||
      (held.endsWith('.*') && wanted.startsWith(held.slice(0, -1))),
  );
}

/** Tells whether the viewer holds a permission such as "channelcode.write"; the server checks it again. */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useMe();
  return (permission) => holds(permissions, permission);
}
