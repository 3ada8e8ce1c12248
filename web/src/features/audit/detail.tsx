import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useFieldName, useValueName } from '@/lib/changed';
import { Button } from '@/parts/Button';
import { Copy } from '@/parts/Copy';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Chain, type ObjectChange, outcomeTone, useKindName } from './words';

/** One entry: who, when, from where, and field by field what changed. */
export function Detail(props: { id: string; chain: Chain; onObject: (object: string) => void }) {
  const { id, chain, onObject } = props;
  const t = useT();
  const asked = useQuery({
    queryKey: ['audit', 'one', chain, id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/audit/entries/{id}', { params: { path: { id }, query: { chain } }, signal })),
  });
  if (asked.isPending) return <Waiting rows={8} />;
  if (asked.isError) return <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />;
  const e = asked.data;
  const system = e.actor === 'system';
  const named = (name: string, id: string) => (name && id ? t('named', { name, id }) : name || id);
  return (
    <div className="q-stack">
      {e.changes.map((change) => (
        <Change key={change.object} change={change} onObject={onObject} />
      ))}
      <Facts
        items={[
          { name: t('at'), value: <TimeText at={e.at} show="seconds" /> },
          {
            name: t('actor'),
            value: named(system ? t('actor.system') : e.actorName, e.actor) || t('actor.nobody'),
          },
          ...(e.onBehalf
            ? [{ name: t('onBehalf'), value: named(system ? e.actorName : '', e.onBehalf) }]
            : []),
          {
            name: t('outcome'),
            value: (
              <span className="q-row">
                <StateBadge tone={outcomeTone[e.outcome]}>{t(`outcome.${e.outcome}`)}</StateBadge>
                {e.code && <code>{e.code}</code>}
              </span>
            ),
          },
          { name: t('operationId'), value: <code>{e.operation}</code> },
          { name: t('target'), value: <code className="audit-long">{e.target}</code> },
          { name: t('address'), value: e.address },
          { name: t('device'), value: e.device, hint: e.agent || undefined },
          { name: t('took'), value: t('took.ms', { n: (e.took / 1000).toFixed(1) }), hint: t('took.hint') },
          ...(e.skipped ? [{ name: t('skipped'), value: e.skipped, hint: t('skipped.hint') }] : []),
          {
            name: t('reference'),
            value: (
              <span className="q-row">
                <code>{e.reference}</code>
                <Copy text={e.reference} />
              </span>
            ),
            hint: t('reference.hint'),
          },
          { name: t('seq'), value: e.seq, hint: t('seq.hint') },
          { name: t('hash'), value: <code className="audit-long">{e.hash}</code>, hint: t('hash.hint') },
        ]}
      />
    </div>
  );
}

function Change({ change, onObject }: { change: ObjectChange; onObject: (object: string) => void }) {
  const t = useT();
  const kindName = useKindName();
  const fieldName = useFieldName();
  return (
    <section className="audit-change">
      <header>
        <h3>
          {change.name || kindName(change.object)}
          {change.name && change.name !== kindName(change.object) && (
            <span className="q-faint">{kindName(change.object)}</span>
          )}
        </h3>
        <Button size="small" look="quiet" icon="clock" onClick={() => onObject(change.object)}>
          {t('history')}
        </Button>
      </header>
      {change.fields.length === 0 ? (
        <p className="q-faint">{t(change.same ? 'nothingChanged' : 'touched')}</p>
      ) : (
        <table className="audit-diff">
          <thead>
            <tr>
              <th scope="col">{t('field')}</th>
              {change.kind !== 'created' && <th scope="col">{t('before')}</th>}
              {change.kind !== 'removed' && <th scope="col">{t('after')}</th>}
            </tr>
          </thead>
          <tbody>
            {change.fields.map((field) => (
              <tr key={field.path}>
                <th scope="row" title={field.path}>
                  {fieldName(field.path)}
                </th>
                {change.kind !== 'created' && <Value path={field.path} text={field.before} look="before" />}
                {change.kind !== 'removed' && <Value path={field.path} text={field.after} look="after" />}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {change.kind === 'changed' && change.same > 0 && (
        <p className="q-faint audit-same">{t('same', { n: change.same })}</p>
      )}
    </section>
  );
}

function Value(props: { path: string; text: string | undefined; look: 'before' | 'after' }) {
  const { path, text, look } = props;
  const t = useT();
  const valueName = useValueName();
  if (text === undefined) return <td className="q-faint">{t('none')}</td>;
  return (
    <td>
      <span className={`audit-${look}`}>
        {look === 'before' ? <del>{valueName(path, text)}</del> : <ins>{valueName(path, text)}</ins>}
      </span>
    </td>
  );
}
