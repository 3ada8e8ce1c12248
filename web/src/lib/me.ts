import { createContext, useContext } from 'react';
import type { Me } from '@/api/types';

/** Who looks; provided by the frame once signed in. */
export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside the signed-in frame');
  return me;
}

/** Tells whether the viewer holds a permission such as "channelcode.write"; the server checks it again. */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
