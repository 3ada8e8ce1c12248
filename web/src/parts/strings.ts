import { strings } from '@/lib/i18n';
import type zh from './locale/zh-CN.json';

/** The parts' own texts. */
export const useT = strings<typeof zh>('parts');
