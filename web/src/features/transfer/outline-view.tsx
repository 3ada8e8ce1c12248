import { Facts } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';
import type { Outline, Share } from './words';

/** What a plan comes to, before anything is written. */
export function OutlineView({ outline }: { outline: Outline }) {
  const t = useT();
  const nothing = outline.customers + outline.groups === 0;
  return (
    <div className="q-stack">
      {nothing ? (
        <Notice tone="warning" title={t('outline.nothing')} />
      ) : (
        <Facts
          items={[
            { name: t('what'), value: t('what.n', { customers: outline.customers, groups: outline.groups }) },
            {
              name: t('outline.calls'),
              hint: t('outline.calls.hint'),
              value: <NumberText value={outline.calls} />,
            },
            {
              name: t('outline.days'),
              hint: t('outline.days.hint'),
              value: outline.days > 1 ? t('outline.days.n', { n: outline.days }) : undefined,
            },
          ].filter((fact) => fact.value !== undefined)}
        />
      )}
      {!nothing && (
        <Notice tone="info" title={t(outline.onJob ? 'outline.onJob' : 'outline.resigned')}>
          {t(outline.onJob ? 'outline.onJob.more' : 'outline.resigned.more')}
        </Notice>
      )}
      {outline.left.length > 0 && (
        <Notice
          tone="warning"
          title={t('outline.left', { n: outline.left.reduce((sum, l) => sum + l.count, 0) })}
        >
          <ul className="transfer-left">
            {outline.left.map((left) => (
              <li key={left.why}>
                {t(`why.${left.why}`, { n: left.count, by: (left.by ?? []).join(t('comma')) })}
                <span className="q-faint"> {left.examples.join(t('comma'))}</span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {outline.from.length > 1 && <Shares title={t('from')} shares={outline.from} />}
      {!nothing && <Shares title={t('to')} shares={outline.to} taking />}
    </div>
  );
}

function Shares({ title, shares, taking }: { title: string; shares: readonly Share[]; taking?: boolean }) {
  const t = useT();
  return (
    <table className="transfer-shares">
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col" className="q-num">
            {t('kind.customer')}
          </th>
          <th scope="col" className="q-num">
            {t('kind.group')}
          </th>
          {taking && (
            <th scope="col" className="q-num">
              {t('share.has')}
            </th>
          )}
          {taking && (
            <th scope="col" className="q-num">
              {t('share.friends')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <tr key={share.member}>
            <td>
              <MemberTag name={share.name} department={share.department || undefined} left={share.resigned} />
            </td>
            <td className="q-num">
              <NumberText value={share.customers} />
            </td>
            <td className="q-num">
              <NumberText value={share.groups} />
            </td>
            {taking && (
              <td className="q-num">
                <NumberText value={share.has} />
              </td>
            )}
            {taking && (
              <td className="q-num">{share.friends > 0 ? <NumberText value={share.friends} /> : '–'}</td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
