import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { formatNumber } from '@/lib/measure';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { CheckBox, Choice, Options, TextArea } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { useT } from './strings';
import { askers, inLanguage, type Overview } from './words';
import './privacy.css';

interface Values {
  kind: 'export' | 'erase';
  asker: (typeof askers)[number];
  note: string;
  sure: boolean;
}

/** What is held of a customer, and the request to hand it out or to erase it. */
export function RequestDialog(props: { customer: string; onClose: () => void; onDone: () => void }) {
  const { customer, onClose, onDone } = props;
  const t = useT();
  const { language } = useI18n();
  const can = useCan();
  const client = useQueryClient();
  const { done } = useFeedback();
  const held = useQuery({
    queryKey: ['privacy', 'held', customer],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/privacy/customers/{id}', { params: { path: { id: customer } }, signal })),
  });
  const kinds = [
    ...(can('privacy.export') ? [{ value: 'export' as const, label: t('kind.export') }] : []),
    ...(can('privacy.erase') ? [{ value: 'erase' as const, label: t('kind.erase') }] : []),
  ];
  const first = kinds[0]?.value;
  const send = async ({ kind, asker, note }: Values) => {
    const params = { path: { id: customer } };
    const body = { asker, note, english: language === 'en' };
    if (kind === 'export') await ok(api.POST('/api/privacy/customers/{id}/export', { params, body }));
    else await ok(api.POST('/api/privacy/customers/{id}/erase', { params, body }));
    done(t(`begun.${kind}`));
    await client.invalidateQueries({ queryKey: ['privacy'] });
    onDone();
  };
  return (
    <Dialog open onClose={onClose} title={t('request.of', { name: held.data?.name ?? '…' })} width={640}>
      {held.isPending && <Waiting rows={8} />}
      {held.isError && <ErrorView error={held.error} onRetry={() => void held.refetch()} />}
      {held.data && !first && <Held held={held.data} erase={false} />}
      {held.data && first && (
        <Form<Values>
          initial={{ kind: first, asker: 'person', note: '', sure: false }}
          submitLabel={t('submit')}
          onCancel={onClose}
          onSubmit={send}
        >
          {({ kind }) => (
            <>
              <Field name="kind" label={t('kind')} hint={t(`kind.${kind}.hint`)}>
                <Choice options={kinds} />
              </Field>
              <Held held={held.data} erase={kind === 'erase'} />
              <Field name="asker" label={t('asker')}>
                <Options options={askers.map((value) => ({ value, label: t(`asker.${value}`) }))} />
              </Field>
              <Field name="note" label={t('note')} hint={t('note.hint')} required max={500}>
                <TextArea max={500} rows={2} />
              </Field>
              {kind === 'erase' && (
                <Field
                  name="sure"
                  label=""
                  valueKey="checked"
                  check={(value) => (value === true ? undefined : t('sure.must'))}
                >
                  <CheckBox>{t('sure', { name: held.data.name })}</CheckBox>
                </Field>
              )}
            </>
          )}
        </Form>
      )}
    </Dialog>
  );
}

function Held({ held, erase }: { held: Overview; erase: boolean }) {
  const t = useT();
  const { language } = useI18n();
  const shown = held.holdings.filter((one) => one.rows > 0);
  return (
    <div className="q-stack">
      {erase && held.follows > 0 && (
        <Notice tone="warning" title={t('back.title', { n: held.follows })}>
          {t('back.detail')}
        </Notice>
      )}
      {held.records > 0 && <Notice tone="info" title={t('records', { n: held.records })} />}
      <table className="privacy-parts" aria-label={t('held')}>
        <thead>
          <tr>
            <th>{t('part')}</th>
            <th className="privacy-number">{t('rows')}</th>
            {erase && <th className="privacy-number">{t('goes')}</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.key}>
              <td>
                {inLanguage(language, one.zh, one.en)}
                {erase && one.rows > one.goes && one.staysZh && (
                  <div className="q-faint">{inLanguage(language, one.staysZh, one.staysEn ?? '')}</div>
                )}
              </td>
              <td className="privacy-number">{formatNumber(language, one.rows)}</td>
              {erase && <td className="privacy-number">{formatNumber(language, one.goes)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {erase && <p className="q-faint">{t('audit.stays')}</p>}
    </div>
  );
}
