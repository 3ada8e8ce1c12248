import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { usePreference } from './preference';

/** What the user chose: as the system has it, or always light or dark. */
export type Appearance = 'system' | 'light' | 'dark';

export const DarkContext = createContext(false);
/** Whether the page is shown dark now. */
export const useDark = () => useContext(DarkContext);

export interface AppearanceChoice {
  choice: Appearance;
  choose: (choice: Appearance) => void;
  /** What the choice comes to at present. */
  dark: boolean;
}

/** The choice for those who show it, such as the top bar. */
export const AppearanceContext = createContext<AppearanceChoice>({
  choice: 'system',
  choose: () => {},
  dark: false,
});

/** The remembered choice; kept once, at the root. */
export function useAppearance(): AppearanceChoice {
  const [choice, choose] = usePreference<Appearance>('appearance', 'system');
  const [systemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setSystemDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  const dark = choice === 'system' ? systemDark : choice === 'dark';
  return useMemo(() => ({ choice, choose, dark }), [choice, choose, dark]);
}
