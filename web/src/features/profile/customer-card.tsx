import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { CustomerOnPage, CustomerSectionProps } from '@/lib/customer-parts';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { formatBytes } from '@/lib/measure';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { TextInput } from '@/parts/fields';
import { Card, Waiting } from '@/parts/Page';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { MergeDialog, RecordLine, usePart } from './duplicates-tab';
import { FillDrawer } from './fill-drawer';
import { NotesMenu } from './notes-menu';
import { useT } from './strings';
import { bySection, type Filled, type PersonRecord, type Profile, valueWords } from './words';
import './profile.css';

/** What the company keeps of one customer: fields, blacklist, other records of the person. */
export default function CustomerProfile({ customer }: CustomerSectionProps) {
  const { id } = customer;
  const t = useT();
  const [filling, setFilling] = useState(false);
  useLive('profile', [['profile', 'one', id]]);
  const profile = useQuery({
    queryKey: ['profile', 'one', id],
    queryFn: ({ signal }) => ok(api.GET('/api/profile/customers/{id}', { params: { path: { id } }, signal })),
  });
  if (profile.isPending) return <Waiting rows={3} />;
  if (profile.isError) return <ErrorView error={profile.error} onRetry={() => void profile.refetch()} />;
  const { fields, missing } = profile.data;
  const fills = fields.some((f) => f.fills);
  return (
    <>
      {profile.data.blacklist && <Blacklisted customer={customer} on={profile.data.blacklist} />}
      <Card
        title={t('card')}
        actions={
          <span className="q-row">
            <NotesMenu customer={customer} />
            {fills && (
              <Button size="small" icon="edit" onClick={() => setFilling(true)}>
                {t('fill')}
              </Button>
            )}
          </span>
        }
      >
        {missing > 0 && <Notice tone="warning" title={t('missing', { n: missing })} />}
        {fields.length === 0 && <p className="q-faint">{t('card.empty')}</p>}
        {bySection(fields).map((part) => (
          <section key={part.name} className="profile-section">
            {part.name && <h3>{part.name}</h3>}
            <Facts
              items={part.fields.map((field) => ({
                name: field.name,
                hint: field.note || undefined,
                value: <Shown id={id} field={field} />,
              }))}
            />
          </section>
        ))}
        {!profile.data.blacklist && <Blacklisting id={id} />}
      </Card>
      <SamePerson customer={customer} profile={profile.data} />
      {filling && <FillDrawer id={id} profile={profile.data} onClose={() => setFilling(false)} />}
    </>
  );
}

function Shown({ id, field }: { id: string; field: Filled }) {
  const t = useT();
  if (field.kind === 'file') {
    if (!field.files?.length) return '–';
    return (
      <span className="profile-files">
        {field.files.map((file) => (
          <a key={file.id} href={`/api/profile/files/${file.id}`} download>
            {file.name} <span className="q-faint">{formatBytes(file.size)}</span>
          </a>
        ))}
      </span>
    );
  }
  if (field.masked) return <Telephone id={id} field={field} />;
  return valueWords(field, t('comma')) || '–';
}

/** A telephone number: masked, and in full on request for those who may. Each reading is logged. */
function Telephone({ id, field }: { id: string; field: Filled }) {
  const t = useT();
  const can = useCan();
  const [full, setFull] = useState<string | undefined>();
  const read = async () => {
    const { items } = await ok(api.GET('/api/profile/customers/{id}/phones', { params: { path: { id } } }));
    setFull(items.find((one) => one.field === field.id)?.values.join(t('comma')) ?? '');
  };
  return (
    <span className="q-row">
      <span>{full ?? valueWords(field, t('comma'))}</span>
      {full === undefined && can('customer.phone') && (
        <Button size="small" look="link" onClick={read}>
          {t('phone.show')}
        </Button>
      )}
    </span>
  );
}

/** That the customer is on the blacklist, why, and the way off it. */
function Blacklisted(props: { customer: CustomerOnPage; on: NonNullable<Profile['blacklist']> }) {
  const { customer, on } = props;
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const remove = () =>
    confirm({
      title: t('blacklist.remove.title', { name: customer.name || t('nameless') }),
      action: t('blacklist.remove'),
      onConfirm: async () => {
        await ok(
          api.DELETE('/api/profile/customers/{id}/blacklist', { params: { path: { id: customer.id } } }),
        );
        done(t('blacklist.removed'));
        await client.invalidateQueries({ queryKey: ['profile'] });
      },
    });
  return (
    <Notice tone="error" title={t('blacklisted')}>
      <p>
        {on.reason} · {on.by} · <TimeText at={on.at} />
      </p>
      {can('profile.blacklist') && (
        <Button size="small" onClick={remove}>
          {t('blacklist.remove')}
        </Button>
      )}
    </Notice>
  );
}

/** Puts the customer on the blacklist, with a reason. */
function Blacklisting({ id }: { id: string }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [asking, setAsking] = useState(false);
  if (!can('profile.blacklist')) return null;
  return (
    <div className="q-row">
      <Button size="small" look="quiet" icon="stop" onClick={() => setAsking(true)}>
        {t('blacklist.add')}
      </Button>
      {asking && (
        <Dialog open onClose={() => setAsking(false)} title={t('blacklist.add')}>
          <p className="q-faint">{t('blacklist.meaning')}</p>
          <Form<{ reason: string }>
            initial={{ reason: '' }}
            submitLabel={t('blacklist.add')}
            onCancel={() => setAsking(false)}
            onSubmit={async (body) => {
              await ok(api.PUT('/api/profile/customers/{id}/blacklist', { params: { path: { id } }, body }));
              done(t('blacklist.added'));
              setAsking(false);
              await client.invalidateQueries({ queryKey: ['profile'] });
            }}
          >
            <Field name="reason" label={t('reason')} required max={100}>
              <TextInput max={100} autoFocus />
            </Field>
          </Form>
        </Dialog>
      )}
    </div>
  );
}

/** Other records of the same person, and the merge that joins them. */
function SamePerson({ customer, profile }: { customer: CustomerOnPage; profile: Profile }) {
  const t = useT();
  const can = useCan();
  const part = usePart();
  const [merging, setMerging] = useState(false);
  const { records, merge } = profile.same;
  if (records.length === 0) return null;
  const all: PersonRecord[] = [
    {
      id: customer.id,
      customer: t('record.this'),
      name: customer.name,
      avatar: '',
      type: customer.type,
      company: '',
      follows: customer.followers.filter((f) => f.standing <= 2).length,
      addedAt: 0,
      merged: false,
      main: false,
      black: false,
    },
    ...records,
  ];
  const act = !can('profile.merge') ? null : merge ? (
    <Button size="small" onClick={() => part(merge.id)}>
      {t('part')}
    </Button>
  ) : (
    <Button size="small" onClick={() => setMerging(true)}>
      {t('merge')}
    </Button>
  );
  return (
    <Card title={t('same', { n: records.length })} actions={act}>
      <div className="q-stack">
        <span className="q-faint">{t(merge ? 'same.merged' : 'same.hint')}</span>
        {records.map((record) => (
          <RecordLine key={record.id} record={record} />
        ))}
      </div>
      {merging && <MergeDialog records={all} onClose={() => setMerging(false)} />}
    </Card>
  );
}
