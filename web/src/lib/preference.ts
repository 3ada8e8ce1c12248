import { useCallback, useState } from 'react';

const prefix = 'queqiao.';

/** A choice of this browser's user, kept in local storage; lost silently where storage is forbidden. */
export function readPreference<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function writePreference<T>(key: string, value: T): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Private windows may refuse storage; the choice then lives until the page is left.
  }
}

/** useState that is remembered between visits. */
export function usePreference<T>(key: string, otherwise: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => readPreference(key, otherwise));
  const remember = useCallback(
    (next: T) => {
      setValue(next);
      writePreference(key, next);
    },
    [key],
  );
  return [value, remember];
}
