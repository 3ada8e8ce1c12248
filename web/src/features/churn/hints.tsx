import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { Button } from '@/parts/Button';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';

/** How many unusual days are shown before one asks for more. */
const few = 3;

/** Days on which a member lost or deleted far more than usual, of the last month. */
export function Hints() {
  const t = useT();
  const [all, setAll] = useState(false);
  const hints = useQuery({
    queryKey: ['churn', 'hints'],
    queryFn: ({ signal }) => ok(api.GET('/api/churn/hints', { signal })),
  });
  const items = hints.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Notice
      tone="warning"
      title={t('hints', { n: items.length })}
      action={
        items.length > few && (
          <Button size="small" onClick={() => setAll(!all)}>
            {t(all ? 'hints.less' : 'hints.more')}
          </Button>
        )
      }
    >
      <ul className="churn-hints">
        {items.slice(0, all ? items.length : few).map((h) => (
          <li key={`${h.kind} ${h.member} ${h.day}`}>
            <Link
              to="/churn"
              search={
                {
                  tab: h.kind === 'deleted' ? 'deletions' : undefined,
                  member: h.member,
                  [h.kind]: `${h.day}~${h.day}`,
                } as never
              }
            >
              {t(`hint.${h.kind}`, { name: h.memberName, day: h.day, n: h.count })}
            </Link>{' '}
            <span className="q-faint">
              {t('hint.own', { n: h.own.toFixed(1) })}
              {h.peers >= 0 && t('hint.peers', { n: h.peers.toFixed(1) })}
            </span>
          </li>
        ))}
      </ul>
      <span className="q-faint">{t('hints.definition')}</span>
    </Notice>
  );
}
