import { strings } from '@/lib/i18n';
import type zh from './locale/zh-CN.json';

/** The frame's own texts. */
export const useT = strings<typeof zh>('app');
