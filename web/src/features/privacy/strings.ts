import { strings } from '@/lib/i18n';
import type zh from './locale/zh-CN.json';

export const useT = strings<typeof zh>('privacy');
