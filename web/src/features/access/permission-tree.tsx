import type { ReactNode } from 'react';
import { useI18n } from '@/lib/i18n';
import { ErrorView } from '@/parts/ErrorView';
import { CheckBox } from '@/parts/fields';
import { Icon } from '@/parts/Icon';
import { Waiting } from '@/parts/Page';
import { usePermissions } from './data';
import { useT } from './strings';
import { type Right, useFeatureName } from './words';

export interface PermissionTreeProps {
  /** Keys; of built-in roles also "*" and "customer.*". */
  value?: readonly string[];
  onChange?: (keys: string[]) => void;
  readOnly?: boolean;
}

export const holds = (held: readonly string[], key: string) =>
  held.includes('*') || held.includes(key) || held.includes(`${key.split('.')[0]}.*`);

/** How many of all rights somebody has who was given these keys. */
export const held = (given: readonly string[], all: readonly Pick<Right, 'key'>[]) =>
  all.filter((right) => holds(given, right.key)).length;

/** All rights by what they belong to, to tick; those the reader lacks himself cannot be given. */
export function PermissionTree({ value = [], onChange, readOnly }: PermissionTreeProps) {
  const t = useT();
  const { text } = useI18n();
  const featureName = useFeatureName();
  const all = usePermissions();
  if (all.isPending) return <Waiting rows={6} />;
  if (all.isError) return <ErrorView compact error={all.error} onRetry={() => void all.refetch()} />;
  const groups = new Map<string, Right[]>();
  for (const right of all.data.permissions) {
    groups.set(right.feature, [...(groups.get(right.feature) ?? []), right]);
  }
  const set = (keys: readonly string[], on: boolean) =>
    onChange?.(on ? [...new Set([...value, ...keys])] : value.filter((key) => !keys.includes(key)));
  return (
    <div className="access-rights">
      {[...groups].map(([feature, rights]) => {
        const givable = rights.filter((right) => right.held).map((right) => right.key);
        const whole = givable.length > 0 && givable.every((key) => holds(value, key));
        return (
          <fieldset key={feature} className="access-group">
            <legend>
              {readOnly ? (
                <strong>{featureName(feature)}</strong>
              ) : (
                <CheckBox checked={whole} disabled={givable.length === 0} onChange={(on) => set(givable, on)}>
                  <strong>{featureName(feature)}</strong>
                </CheckBox>
              )}
            </legend>
            {rights.map((right) =>
              readOnly ? (
                <Held key={right.key} on={holds(value, right.key)}>
                  {text(`permission.${right.key}`, undefined, right.zh)}
                </Held>
              ) : (
                <CheckBox
                  key={right.key}
                  checked={holds(value, right.key)}
                  disabled={!right.held && !value.includes(right.key)}
                  onChange={(on) => set([right.key], on)}
                >
                  {text(`permission.${right.key}`, undefined, right.zh)}
                  {!right.held && <small className="q-faint"> {t('notYours')}</small>}
                </CheckBox>
              ),
            )}
          </fieldset>
        );
      })}
    </div>
  );
}

/** A right of a role that is only looked at: said in words too, for those who do not see the mark. */
function Held({ on, children }: { on: boolean; children: ReactNode }) {
  const t = useT();
  return (
    <span className={on ? 'access-held' : 'access-held q-faint'}>
      <Icon name={on ? 'done' : 'close'} />
      <span>
        {children}
        <span className="q-hidden">{t(on ? 'right.held' : 'right.lacking')}</span>
      </span>
    </span>
  );
}
