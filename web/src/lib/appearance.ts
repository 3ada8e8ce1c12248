import { createContext, useContext, useEffect, useState } from 'react';
import { usePreference } from './preference';

/** What the user chose: as the system has it, or always light or dark. */
export type Appearance = 'system' | 'light' | 'dark';

export const DarkContext = createContext(false);
/** Whether the page is shown dark now. */
export const useDark = () => useContext(DarkContext);

/** The remembered choice, and what it comes to at present. */
export function useAppearance() {
  const [choice, choose] = usePreference<Appearance>('appearance', 'system');
  const [systemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setSystemDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return { choice, choose, dark: choice === 'system' ? systemDark : choice === 'dark' };
}
