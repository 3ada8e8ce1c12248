import { type Catalogue, gather } from '@/lib/translate';

/** Locale files of features, found by path, under the name of their feature's folder. */
export function byFolder(files: Record<string, Catalogue>): Record<string, Catalogue> {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [/features\/([^/]+)\//.exec(path)?.[1] ?? path, file]),
  );
}

export function gatherAll(...sets: Record<string, Catalogue>[]): Catalogue {
  return gather(Object.assign({}, ...sets));
}
