import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const Now = createContext(0);

/** Gives "3 minutes ago" its present: one timer for the whole page, every half minute. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return <Now.Provider value={now}>{children}</Now.Provider>;
}

/** The present in unix milliseconds, true to half a minute. */
export function useNow(): number {
  return useContext(Now) || Date.now();
}
