import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { useCan, useMe } from '@/lib/me';
import { useUrlFilters } from '@/lib/url-filters';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { Options } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { Card, Waiting } from '@/parts/Page';
import { Label, Labels, StateBadge } from '@/parts/StateBadge';
import { Notice } from '@/parts/Tabs';
import { useAccounts } from './data';
import { useT } from './strings';
import { useFeatureName, useRoleName, useSpanWords } from './words';

type Effective = components['schemas']['AccessEffective'];

/** What may this person do and see, and why. Without a choice it is the reader himself. */
export function Lookup() {
  const t = useT();
  const filters = useUrlFilters('member', 'account');
  const can = useCan();
  const { reach } = useMe();
  const member = filters.one('member');
  const account = member ? undefined : filters.one('account');
  const accounts = useAccounts(can('access.grant') && reach === 'all');
  const found = useQuery({
    queryKey: ['access', 'effective', member, account],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/access/effective', { params: { query: { member, account } }, signal })),
  });
  return (
    <div className="q-stack">
      <div className="access-who">
        <MemberPicker
          single
          label={t('lookup.who')}
          value={member ? [member] : []}
          onChange={([chosen]) => filters.patch({ member: chosen, account: undefined })}
        />
        {accounts.data && accounts.data.items.length > 0 && (
          <Options<string>
            label={t('lookup.account')}
            placeholder={t('lookup.account')}
            clearable
            value={account}
            onChange={(chosen) => filters.patch({ account: chosen || undefined, member: undefined })}
            options={accounts.data.items.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
        {!member && !account && <span className="q-faint">{t('lookup.self')}</span>}
      </div>
      {found.isPending && <Waiting />}
      {found.isError && <ErrorView error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Found who={found.data} />}
    </div>
  );
}

function Found({ who }: { who: Effective }) {
  const t = useT();
  const { text } = useI18n();
  const roleName = useRoleName();
  const featureName = useFeatureName();
  const words = useSpanWords();
  const why = (reason: Effective['roles'][number]['reasons'][number]) =>
    reason.because === 'default'
      ? t(reason.leads ? 'because.leads' : 'because.default')
      : t(`because.${reason.because}`, { name: reason.name ?? '' });
  const nameOf = (key: string) => roleName(who.roles.find((role) => role.key === key) ?? { key, name: key });
  const scope = (one: Effective['scope']) =>
    one.reach === 'all' ? t('span.all') : t('scope.count', { n: one.members });
  const held = who.permissions.filter((right) => right.roles.length > 0);
  const lacking = who.permissions.filter((right) => right.roles.length === 0);
  return (
    <div className="q-stack">
      {who.refused && (
        <Notice tone="warning" title={t('refused')}>
          {t('refused.hint')}
        </Notice>
      )}
      <Card title={t('lookup.roles', { name: who.name || t('you'), n: who.roles.length })}>
        {who.roles.length === 0 && <p className="q-faint">{t('lookup.none')}</p>}
        <Facts
          items={who.roles.map((role) => ({
            name: roleName(role),
            value: (
              <>
                {role.reasons.map((reason) => (
                  <div key={why(reason)}>{why(reason)}</div>
                ))}
                <small className="q-faint">
                  {t('scope')}
                  {t('colon')}
                  {words(role.scope, who.names)} · {t('book')}
                  {t('colon')}
                  {words(role.book, who.names)}
                </small>
              </>
            ),
          }))}
        />
      </Card>
      <Card title={t('lookup.sees')}>
        <Facts
          items={[
            {
              name: t('scope'),
              hint: t('scope.hint'),
              value: (
                <>
                  {scope(who.scope)}
                  {t('semicolon')}
                  {t(who.scope.more ? 'follows.more' : 'follows', { n: who.scope.follows ?? 0 })}
                  <div>
                    <Labels texts={who.scope.some} limit={20} />
                  </div>
                </>
              ),
            },
            { name: t('book'), hint: t('book.hint'), value: scope(who.book) },
          ]}
        />
      </Card>
      <Card title={t('lookup.may', { n: held.length, total: who.permissions.length })}>
        <div className="access-rights access-rights-held">
          {[...byFeature(held)].map(([feature, rights]) => (
            <section key={feature} className="access-group">
              <h3>{featureName(feature)}</h3>
              <Facts
                items={rights.map((right) => ({
                  name: text(`permission.${right.key}`, undefined, right.key),
                  value: <Labels texts={right.roles.map(nameOf)} limit={6} />,
                }))}
              />
            </section>
          ))}
        </div>
        {lacking.length > 0 && (
          <section className="access-lacks">
            <h3>{t('lookup.lacks')}</h3>
            <Facts
              items={[...byFeature(lacking)].map(([feature, rights]) => ({
                name: featureName(feature),
                value: rights
                  .map((right) => text(`permission.${right.key}`, undefined, right.key))
                  .join(t('comma')),
              }))}
            />
          </section>
        )}
      </Card>
      <Card title={t('lookup.menu')}>
        <div className="access-preview">
          {who.menu.map((entry) => (
            <span key={entry.key} className="q-row">
              {entry.shown ? (
                <StateBadge tone="good">
                  {entry.title || text(`menu.${entry.key}`, undefined, entry.key)}
                </StateBadge>
              ) : (
                <>
                  <StateBadge tone="quiet">
                    {entry.title || text(`menu.${entry.key}`, undefined, entry.key)}
                  </StateBadge>
                  <Label>{t(entry.reason === 'hidden' ? 'why.hidden' : 'why.forbidden')}</Label>
                </>
              )}
            </span>
          ))}
        </div>
      </Card>
    </div>
  );
}

/** Rights by what they belong to, in the order in which they came. */
function byFeature(rights: Effective['permissions']): Map<string, Effective['permissions']> {
  const groups = new Map<string, Effective['permissions']>();
  for (const right of rights) {
    const feature = right.key.split('.')[0] ?? '';
    groups.set(feature, [...(groups.get(feature) ?? []), right]);
  }
  return groups;
}
