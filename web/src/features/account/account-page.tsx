import { useI18n } from '@/lib/i18n';
import { useMe } from '@/lib/me';
import { Avatar } from '@/parts/Avatar';
import { Empty } from '@/parts/Empty';
import { Facts } from '@/parts/Facts';
import { Card, Columns, Page } from '@/parts/Page';
import { byFeature } from './held';
import { OwnSessions } from './own-sessions';
import { PasswordForm } from './password-form';
import { SecondStepCard } from './security-cards';
import { useT } from './strings';
import './account.css';

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
                    value:
                      roles.length > 0
                        ? roles
                            .map((role, i) => text(`role.${role}`, undefined, roleNames[i] ?? role))
                            .join(t('comma'))
                        : t('role.none'),
                  },
                  { name: t('reach'), value: t(`reach.${reach}`) },
                  { name: t('method'), value: t(`method.${user.method}`) },
                  { name: t('corp'), value: corp.name },
                  { name: t('member'), value: user.member, hint: t('member.hint') },
                  { name: t('zone'), value: corp.timeZone, hint: t('zone.hint') },
                  {
                    name: t('permissions'),
                    value: everything ? t('everything') : <Held permissions={permissions} />,
                  },
                ]}
              />
            </div>
          </Card>
        }
        right={
          <div className="q-stack">
            <OwnSessions />
            {user.method !== 'wecom' && <SecondStepCard />}
            <Card title={t('password.change')}>
              {user.method === 'wecom' ? (
                <Empty compact icon="lock" title={t('password.none')} hint={t('password.none.hint')} />
              ) : (
                <PasswordForm />
              )}
            </Card>
          </div>
        }
      />
    </Page>
  );
}

/** What one may do, by what it belongs to; "tag.*" is all there is to do with tags. */
function Held({ permissions }: { permissions: readonly string[] }) {
  const t = useT();
  const { text } = useI18n();
  const groups = byFeature(permissions);
  if (groups.size === 0) return <span className="q-faint">{t('permissions.none')}</span>;
  return (
    <ul className="account-held">
      {[...groups].map(([feature, keys]) => (
        <li key={feature}>
          <strong>
            {text(`menu.${feature}`, undefined, text(`access.feature.${feature}`, undefined, feature))}
          </strong>
          <span className="q-faint">
            {keys === 'all'
              ? t('permissions.all')
              : keys.map((key) => text(`permission.${key}`, undefined, key)).join(t('comma'))}
          </span>
        </li>
      ))}
    </ul>
  );
}
