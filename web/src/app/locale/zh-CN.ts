import parts from '@/parts/locale/zh-CN.json';
import { byFolder, gatherAll } from './gather';
import app from './zh-CN.json';

export const catalogue = gatherAll(
  { app, parts },
  byFolder(
    import.meta.glob<Record<string, string>>('../../features/*/locale/zh-CN.json', {
      eager: true,
      import: 'default',
    }),
  ),
);
