import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { NumberInput } from '@/parts/fields';
import { Card, Waiting } from '@/parts/Page';
import { SettingChanges } from '@/parts/SettingChanges';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { inLanguage, type Term } from './words';
import './privacy.css';

/** For how long what is kept, and what has its own retention elsewhere. */
export function Terms() {
  const t = useT();
  const { language } = useI18n();
  const can = useCan();
  const [edited, edit] = useState<Term>();
  const terms = useQuery({
    queryKey: ['privacy', 'terms'],
    queryFn: ({ signal }) => ok(api.GET('/api/privacy/terms', { signal })),
  });
  if (terms.isPending) return <Waiting rows={6} />;
  if (terms.isError) return <ErrorView error={terms.error} onRetry={() => void terms.refetch()} />;
  return (
    <>
      <Card
        title={t('terms.own')}
        actions={<SettingChanges object="privacy:term:" permission="privacy.retention" />}
      >
        <p className="q-faint">{t('terms.meaning')}</p>
        <table className="privacy-parts privacy-terms" aria-label={t('terms.own')}>
          <thead>
            <tr>
              <th>{t('part')}</th>
              <th>{t('days')}</th>
              <th>{t('swept')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {terms.data.terms.map((one) => (
              <tr key={one.key}>
                <td>
                  {inLanguage(language, one.zh, one.en)}
                  <div className="q-faint">{inLanguage(language, one.hintZh, one.hintEn)}</div>
                </td>
                <td>{one.days > 0 ? t('days.are', { n: one.days }) : t('days.ever')}</td>
                <td>
                  {one.sweptAt ? (
                    <>
                      {t('swept.rows', { n: one.swept ?? 0 })} <TimeText at={one.sweptAt} />
                    </>
                  ) : (
                    <span className="q-faint">–</span>
                  )}
                </td>
                <td className="privacy-number">
                  {can('privacy.retention') && (
                    <Button size="small" onClick={() => edit(one)}>
                      {t('change')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card title={t('terms.elsewhere')}>
        <ul>
          <li>
            {t('elsewhere.audit')} <Link to="/audit">{t('elsewhere.audit.link')}</Link>
          </li>
          <li>{t('elsewhere.events')}</li>
          <li>{t('elsewhere.notices')}</li>
          <li>{t('elsewhere.exports')}</li>
          <li>{t('elsewhere.files')}</li>
        </ul>
      </Card>
      {edited && (
        <TermDialog
          term={edited}
          least={terms.data.least}
          most={terms.data.most}
          onClose={() => edit(undefined)}
        />
      )}
    </>
  );
}

function TermDialog(props: { term: Term; least: number; most: number; onClose: () => void }) {
  const { term, least, most, onClose } = props;
  const t = useT();
  const { language } = useI18n();
  const client = useQueryClient();
  const { done } = useFeedback();
  const name = inLanguage(language, term.zh, term.en);
  return (
    <Dialog open onClose={onClose} title={t('change.of', { name })}>
      <p className="q-faint">{inLanguage(language, term.hintZh, term.hintEn)}</p>
      <Form<{ days: number | null }>
        initial={{ days: term.days }}
        submitLabel={t('save')}
        onCancel={onClose}
        onSubmit={async ({ days }) => {
          const params = { path: { term: term.key } };
          await ok(api.PUT('/api/privacy/terms/{term}', { params, body: { days: days ?? 0 } }));
          await client.invalidateQueries({ queryKey: ['privacy'] });
          done(t('saved'));
          onClose();
        }}
      >
        {({ days }) => (
          <>
            <Field name="days" label={t('days')} hint={t('days.hint', { least, most })} required>
              <NumberInput min={0} most={most} />
            </Field>
            {days !== null && days >= least && <Effect term={term.key} days={days} />}
          </>
        )}
      </Form>
    </Dialog>
  );
}

/** How many rows would go now. */
function Effect({ term, days }: { term: string; days: number }) {
  const t = useT();
  const rows = useQuery({
    queryKey: ['privacy', 'preview', term, days],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/api/privacy/terms/{term}/preview', { params: { path: { term }, query: { days } }, signal }),
      ),
  });
  if (rows.isPending) return <Waiting rows={1} />;
  if (rows.isError) return <ErrorView compact error={rows.error} onRetry={() => void rows.refetch()} />;
  const { rows: n, more } = rows.data;
  return <Notice tone={n > 0 ? 'warning' : 'info'} title={t(more ? 'effect.more' : 'effect', { n })} />;
}
