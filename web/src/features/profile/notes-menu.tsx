import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { CustomerOnPage } from '@/lib/customer-parts';
import { useCan, useMe } from '@/lib/me';
import { ActionMenu, Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { TextArea, TextInput } from '@/parts/fields';
import { useT } from './strings';

type Follow = CustomerOnPage['followers'][number];

/** Ways to the notes that members keep of the customer in WeCom: one's own, or by permission all. */
export function NotesMenu({ customer }: { customer: CustomerOnPage }) {
  const t = useT();
  const can = useCan();
  const me = useMe();
  const [edited, setEdited] = useState<Follow | null>(null);
  const mine = (f: Follow) => f.member === me.user.member;
  const follows = customer.followers.filter(
    (f) => f.standing === 1 && (can('profile.describe') || (can('profile.write') && mine(f))),
  );
  const first = follows[0];
  if (!first) return null;
  return (
    <>
      {follows.length === 1 ? (
        <Button size="small" onClick={() => setEdited(first)}>
          {t('notes')}
        </Button>
      ) : (
        <ActionMenu
          label={t('notes')}
          size="small"
          actions={follows.map((f) => ({
            key: f.id,
            label: t('notes.of', { name: f.memberName }),
            onClick: () => setEdited(f),
          }))}
        >
          {t('notes')}
        </ActionMenu>
      )}
      {edited && (
        <NotesDialog
          customer={customer}
          follow={edited}
          own={mine(edited) && !can('profile.describe')}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}

interface Values {
  remark: string;
  description: string;
  company: string;
  mobiles?: string;
}

/** Changes what one member noted; WeCom takes it by and by. */
function NotesDialog(props: { customer: CustomerOnPage; follow: Follow; own: boolean; onClose: () => void }) {
  const { customer, follow, own, onClose } = props;
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { done } = useFeedback();
  const [full, setFull] = useState<string | undefined>(follow.mobiles.length === 0 ? '' : undefined);
  const initial: Values = {
    remark: follow.remark,
    description: follow.description,
    company: follow.company,
    mobiles: full,
  };
  const read = async () => {
    const { follows } = await ok(
      api.GET('/api/customer/customers/{id}/phones', { params: { path: { id: customer.id } } }),
    );
    setFull((follows.find((one) => one.id === follow.id)?.mobiles ?? []).join('\n'));
  };
  const save = async (values: Values) => {
    const changed = <K extends 'remark' | 'description' | 'company'>(key: K) =>
      values[key].trim() === follow[key] ? undefined : values[key].trim();
    const mobiles =
      values.mobiles === undefined || values.mobiles === full
        ? undefined
        : values.mobiles
            .split(/\n/)
            .map((one) => one.trim())
            .filter(Boolean);
    const body = {
      remark: changed('remark'),
      description: changed('description'),
      company: changed('company'),
      mobiles,
    };
    if (Object.values(body).some((one) => one !== undefined)) {
      const request = { params: { path: { id: follow.id } }, body };
      await ok(
        own
          ? api.PUT('/api/profile/own/{id}/notes', request)
          : api.PUT('/api/profile/follows/{id}/notes', request),
      );
      done(t('notes.asked'));
      await client.invalidateQueries({ queryKey: ['customer', 'one', customer.id] });
    }
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={t('notes.of', { name: follow.memberName })}>
      <p className="q-faint">{t('notes.meaning')}</p>
      <Form<Values> key={full} initial={initial} submitLabel={t('save')} onSubmit={save} onCancel={onClose}>
        <Field name="remark" label={t('notes.remark')} max={20}>
          <TextInput max={20} autoFocus />
        </Field>
        <Field name="description" label={t('notes.description')} max={150}>
          <TextArea max={150} rows={2} />
        </Field>
        {customer.type !== 2 && (
          <Field name="company" label={t('notes.company')} max={20}>
            <TextInput max={20} />
          </Field>
        )}
        {full !== undefined && can('customer.phone') && (
          <Field name="mobiles" label={t('notes.mobiles')} hint={t('notes.mobiles.hint')}>
            <TextArea rows={2} />
          </Field>
        )}
      </Form>
      {full === undefined && can('customer.phone') && (
        <Button size="small" look="link" onClick={read}>
          {t('notes.mobiles.edit')}
        </Button>
      )}
    </Dialog>
  );
}
