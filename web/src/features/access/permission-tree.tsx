import { useI18n } from '@/lib/i18n';
import { ErrorView } from '@/parts/ErrorView';
import { CheckBox } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { usePermissions } from './data';
import { useT } from './strings';
import type { Right } from './words';

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
              <CheckBox
                checked={whole}
                disabled={readOnly || givable.length === 0}
                onChange={(on) => set(givable, on)}
              >
                <strong>
                  {text(`menu.${feature}`, undefined, text(`access.feature.${feature}`, undefined, feature))}
                </strong>
              </CheckBox>
            </legend>
            {rights.map((right) => (
              <CheckBox
                key={right.key}
                checked={holds(value, right.key)}
                disabled={readOnly || (!right.held && !value.includes(right.key))}
                onChange={(on) => set([right.key], on)}
              >
                {text(`permission.${right.key}`, undefined, right.zh)}
                {!readOnly && !right.held && <small className="q-faint"> {t('notYours')}</small>}
              </CheckBox>
            ))}
          </fieldset>
        );
      })}
    </div>
  );
}
