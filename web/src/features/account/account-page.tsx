import { useState } from 'react';
import { useI18n } from '@/lib/i18n';
import { useMe } from '@/lib/me';
import { Avatar } from '@/parts/Avatar';
import { Empty } from '@/parts/Empty';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form } from '@/parts/Form';
import { PasswordInput } from '@/parts/fields';
import { Card, Columns, Page } from '@/parts/Page';
import { changePassword } from './session';
import { useT } from './strings';

export default function AccountPage() {
  const t = useT();
  const { text } = useI18n();
  const { user, corp, roles, roleNames, reach, permissions } = useMe();
  const everything = permissions.includes('*');
  return (
    <Page title={t('mine')} meaning={t('mine.meaning')}>
      <Columns
        left={
          <Card>
            <div className="q-stack">
              <span className="q-row">
                <Avatar name={user.name} size={52} />
                <strong>{user.name}</strong>
              </span>
              <Facts
                items={[
                  {
                    name: t('role'),
                    value: roles
                      .map((role, i) => text(`role.${role}`, undefined, roleNames[i] ?? role))
                      .join(t('comma')),
                  },
                  { name: t('reach'), value: t(`reach.${reach}`) },
                  { name: t('method'), value: t(`method.${user.method}`) },
                  { name: t('corp'), value: corp.name },
                  { name: t('member'), value: user.member, hint: t('member.hint') },
                  { name: t('zone'), value: corp.timeZone, hint: t('zone.hint') },
                  {
                    name: t('permissions'),
                    value: everything
                      ? t('everything')
                      : permissions.map((key) => text(`permission.${key}`, undefined, key)).join(t('comma')),
                  },
                ]}
              />
            </div>
          </Card>
        }
        right={
          <Card title={t('password.change')}>
            {user.method === 'wecom' ? (
              <Empty compact icon="lock" title={t('password.none')} hint={t('password.none.hint')} />
            ) : (
              <PasswordForm />
            )}
          </Card>
        }
      />
    </Page>
  );
}

interface Passwords {
  current: string;
  next: string;
  again: string;
}

const shortest = 10;

function PasswordForm() {
  const t = useT();
  const { done } = useFeedback();
  // A new key after each change empties the fields.
  const [round, setRound] = useState(0);
  return (
    <Form<Passwords>
      key={round}
      initial={{ current: '', next: '', again: '' }}
      submitLabel={t('password.change')}
      onSubmit={async ({ current, next }) => {
        await changePassword({ current, next });
        done(t('password.changed'));
        setRound(round + 1);
      }}
    >
      {(values) => (
        <>
          <Field name="current" label={t('password.current')} required>
            <PasswordInput autoComplete="current-password" />
          </Field>
          <Field
            name="next"
            label={t('password.next')}
            required
            hint={t('password.hint', { n: shortest })}
            check={(value: string) =>
              value.length < shortest ? t('password.short', { n: shortest }) : undefined
            }
          >
            <PasswordInput autoComplete="new-password" />
          </Field>
          <Field
            name="again"
            label={t('password.again')}
            required
            check={(value: string) => (value === values.next ? undefined : t('password.differ'))}
          >
            <PasswordInput autoComplete="new-password" />
          </Field>
        </>
      )}
    </Form>
  );
}
