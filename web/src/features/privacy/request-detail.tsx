import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useI18n } from '@/lib/i18n';
import { formatNumber } from '@/lib/measure';
import { Copy } from '@/parts/Copy';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { RequestActions, RequestState } from './requests';
import { useT } from './strings';
import { inLanguage, type Request } from './words';
import './privacy.css';

/** One request: who, why, how far, and what became of each part. */
export function RequestDetail({ id }: { id: string }) {
  const t = useT();
  const because = useBecause('privacy');
  const request = useQuery({
    queryKey: ['privacy', 'request', id],
    queryFn: ({ signal }) => ok(api.GET('/api/privacy/requests/{id}', { params: { path: { id } }, signal })),
  });
  if (request.isPending) return <Waiting rows={6} />;
  if (request.isError) return <ErrorView error={request.error} onRetry={() => void request.refetch()} />;
  const r = request.data;
  return (
    <div className="q-stack">
      <Facts
        items={[
          { name: t('state'), value: <RequestState request={r} /> },
          {
            name: t('customer'),
            value: r.customer ? (
              <Link to={`/customer/${r.customer}`}>{r.customerName}</Link>
            ) : (
              <span className="q-faint">{t('customer.gone')}</span>
            ),
          },
          { name: t('hash'), hint: t('hash.hint'), value: <Copy text={r.hash} shown={16} /> },
          { name: t('asker'), value: t(`asker.${r.asker}`) },
          { name: t('note'), value: r.note },
          { name: t('by'), value: r.by },
          { name: t('created'), value: <TimeText at={r.createdAt} show="time" /> },
          { name: t('finished'), value: r.finishedAt ? <TimeText at={r.finishedAt} show="time" /> : '' },
          {
            name: t('expires'),
            value: r.expiresAt && r.state === 'done' ? <TimeText at={r.expiresAt} show="time" /> : '',
          },
        ]}
      />
      <RequestActions request={r} />
      {r.error && <Notice tone="error" title={because(r.error)} />}
      {r.kind === 'erase' && r.state === 'done' && r.follows > 0 && (
        <Notice tone="warning" title={t('back.title', { n: r.follows })}>
          {t('back.detail')}
        </Notice>
      )}
      {r.parts.length > 0 && <Parts request={r} />}
      {r.kind === 'erase' && <p className="q-faint">{t('audit.stays')}</p>}
    </div>
  );
}

function Parts({ request }: { request: Request }) {
  const t = useT();
  const { language } = useI18n();
  const shown = request.parts.filter((part) => part.rows > 0 || part.gone > 0);
  return (
    <table className="privacy-parts">
      <thead>
        <tr>
          <th>{t('part')}</th>
          <th className="privacy-number">{t('rows')}</th>
          {request.kind === 'erase' && <th className="privacy-number">{t('gone')}</th>}
        </tr>
      </thead>
      <tbody>
        {shown.map((part) => (
          <tr key={part.key}>
            <td>
              {inLanguage(language, part.zh, part.en)}
              {part.staysZh && (
                <div className="q-faint">{inLanguage(language, part.staysZh, part.staysEn ?? '')}</div>
              )}
            </td>
            <td className="privacy-number">{formatNumber(language, part.rows)}</td>
            {request.kind === 'erase' && (
              <td className="privacy-number">{formatNumber(language, part.gone)}</td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
