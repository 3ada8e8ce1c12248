import type { Problem } from '@/api/problem';
import type { Translate } from '@/lib/i18n';
import type zh from './locale/zh-CN.json';

/** What happened, what it means, what to do: the three lines of every error. */
export interface ProblemWords {
  title: string;
  meaning: string;
  advice: string;
}

/** The server's words where it has any; otherwise ours for the kind of failure. Never "failed" alone. */
export function problemWords(problem: Problem, t: Translate<Extract<keyof typeof zh, string>>): ProblemWords {
  if (problem.kind === 'offline') {
    return {
      title: t('problem.offline'),
      meaning: t('problem.offline.meaning'),
      advice: t('problem.offline.advice'),
    };
  }
  const own = ((): ProblemWords => {
    switch (problem.status) {
      case 401:
        return { title: t('problem.signedOut'), meaning: t('problem.signedOut.meaning'), advice: '' };
      case 403:
        return {
          title: t('problem.forbidden'),
          meaning: t('problem.forbidden.meaning'),
          advice: t('problem.forbidden.advice'),
        };
      case 404:
        return {
          title: t('problem.missing'),
          meaning: t('problem.missing.meaning'),
          advice: t('problem.missing.advice'),
        };
      case 409:
        return {
          title: t('problem.conflict'),
          meaning: t('problem.conflict.meaning'),
          advice: t('problem.conflict.advice'),
        };
      case 413:
        return { title: t('problem.large'), meaning: t('problem.large.meaning'), advice: '' };
      case 422:
      case 400:
        return { title: t('problem.invalid'), meaning: t('problem.invalid.meaning'), advice: '' };
      case 429:
        return {
          title: t('problem.busy'),
          meaning: t('problem.busy.meaning'),
          advice:
            problem.retryAfter > 90
              ? t('problem.busy.minutes', { n: Math.ceil(problem.retryAfter / 60) })
              : problem.retryAfter > 0
                ? t('problem.busy.seconds', { n: problem.retryAfter })
                : t('problem.busy.advice'),
        };
      case 502:
      case 503:
      case 504:
        return {
          title: t('problem.away'),
          meaning: t('problem.away.meaning'),
          advice: t('problem.away.advice'),
        };
      default:
        return {
          title: t('problem.server'),
          meaning: t('problem.server.meaning'),
          advice: t('problem.server.advice'),
        };
    }
  })();
  if (problem.errcode !== 0) own.title = t('problem.wecom', { code: String(problem.errcode) });
  // Of what went wrong inside, the server says only that the reference matters: the advice says it, too.
  const told = problem.code === 'internal' ? '' : problem.detail;
  return { title: own.title, meaning: told || own.meaning, advice: problem.advice || own.advice };
}
