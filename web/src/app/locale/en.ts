import parts from '@/parts/locale/en.json';
import app from './en.json';
import { byFolder, gatherAll } from './gather';

export const catalogue = gatherAll(
  { app, parts },
  byFolder(
    import.meta.glob<Record<string, string>>('../../features/*/locale/en.json', {
      eager: true,
      import: 'default',
    }),
  ),
);
