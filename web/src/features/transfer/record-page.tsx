import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useBecause } from '@/lib/because';
import { useLive } from '@/lib/live';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { JobProgress } from '@/parts/JobProgress';
import { MemberPicker } from '@/parts/MemberPicker';
import { Card, Page, Waiting } from '@/parts/Page';
import { Label } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { ItemsTable } from './items-table';
import { Standing } from './records-tab';
import { SeatList } from './seats';
import { useT } from './strings';
import { progress, type Transfer, together, total } from './words';
import './transfer.css';

/** One hand-over: how far it is, and what became of each customer and group. */
export default function RecordPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false });
  useLive('transfer', [['transfer']]);
  const asked = useQuery({
    queryKey: ['transfer', 'record', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/transfer/transfers/{id}', { params: { path: { id } }, signal })),
  });
  if (asked.isPending)
    return (
      <Page title={t('record')}>
        <Waiting rows={10} />
      </Page>
    );
  if (asked.isError)
    return (
      <Page title={t('record')}>
        <ErrorView error={asked.error} onRetry={() => void asked.refetch()} />
      </Page>
    );
  return <Record transfer={asked.data} />;
}

function Record({ transfer }: { transfer: Transfer }) {
  const t = useT();
  const because = useBecause('transfer');
  const names = (people: Transfer['to']) => people.map((p) => p.name).join(t('comma'));
  const { done, total: all } = progress(transfer);
  return (
    <Page
      title={t('record.title', { from: names(transfer.from), to: names(transfer.to) })}
      beside={<Label>{t(transfer.resigned ? 'resigned' : 'onJob')}</Label>}
      actions={<Actions transfer={transfer} />}
    >
      {transfer.problem && done < all && (
        <Notice tone="warning" title={t('problem')}>
          {because(transfer.problem)}
        </Notice>
      )}
      <Card>
        <div className="q-stack">
          <JobProgress
            job={{
              title: t(done < all ? 'progress.open' : 'progress.done'),
              done,
              total: all,
              state: done < all ? undefined : 'done',
            }}
          />
          <Standing transfer={transfer} />
          <Facts
            items={[
              {
                name: t('what'),
                value: t('what.n', { customers: total(transfer.customers), groups: total(transfer.groups) }),
              },
              { name: t('spread'), value: t(`spread.${transfer.spread}`) },
              { name: t('message'), value: transfer.message },
              { name: t('by'), value: transfer.by },
              {
                name: t('createdAt'),
                value: <TimeText at={Date.parse(transfer.createdAt)} show="seconds" />,
              },
              {
                name: t('doneAt'),
                value: transfer.doneAt && <TimeText at={Date.parse(transfer.doneAt)} show="seconds" />,
              },
              {
                name: t('retryOf'),
                value: transfer.retryOf && (
                  <Link to={`/transfer/records/${transfer.retryOf}`}>{t('retryOf.link')}</Link>
                ),
              },
            ].filter((fact) => fact.value)}
          />
          {transfer.seats && transfer.seats.length > 0 && (
            <SeatList seats={transfer.seats} from={transfer.from} />
          )}
        </div>
      </Card>
      <ItemsTable id="transfer.record" transfer={transfer.id} />
    </Page>
  );
}

function Actions({ transfer }: { transfer: Transfer }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const [retrying, setRetrying] = useState(false);
  if (!can('transfer.write')) return null;
  const planned = together(transfer).planned ?? 0;
  const cancel = () =>
    confirm({
      title: t('cancel.title', { n: planned }),
      detail: t('cancel.detail'),
      action: t('cancel'),
      danger: true,
      onConfirm: async () => {
        const { cancelled } = await ok(
          api.POST('/api/transfer/transfers/{id}/cancel', { params: { path: { id: transfer.id } } }),
        );
        done(t('cancelled', { n: cancelled }));
        await client.invalidateQueries({ queryKey: ['transfer'] });
      },
    });
  return (
    <>
      {planned > 0 && (
        <Button look="danger" icon="stop" onClick={cancel}>
          {t('cancel')}
        </Button>
      )}
      {transfer.again > 0 && (
        <Button look="primary" icon="reload" onClick={() => setRetrying(true)}>
          {t('retry', { n: transfer.again })}
        </Button>
      )}
      {retrying && <Retry transfer={transfer} onClose={() => setRetrying(false)} />}
    </>
  );
}

/** Tries again what was not successful, with the same takers or with others. */
function Retry({ transfer, onClose }: { transfer: Transfer; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { done } = useFeedback();
  const start = async (values: { to: string[] }) => {
    const begun = await ok(
      api.POST('/api/transfer/transfers/{id}/retry', {
        params: { path: { id: transfer.id } },
        body: { to: values.to, spread: 'even' },
      }),
    );
    done(t('begun', { customers: begun.customers, groups: begun.groups }));
    await client.invalidateQueries({ queryKey: ['transfer'] });
    onClose();
    await navigate({ to: `/transfer/records/${begun.id}` });
  };
  return (
    <Dialog open onClose={onClose} title={t('retry.title', { n: transfer.again })}>
      <Form
        initial={{ to: [] as string[] }}
        onSubmit={start}
        submitLabel={t('retry.start')}
        onCancel={onClose}
      >
        <Field name="to" label={t('to')} hint={t('retry.hint')}>
          <MemberPicker max={100} />
        </Field>
      </Form>
    </Dialog>
  );
}
