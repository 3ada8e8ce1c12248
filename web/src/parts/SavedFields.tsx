import type { components } from '@/api/schema';
import { DepartmentPicker } from './DepartmentPicker';
import { Field } from './Form';
import { Choice, TextInput } from './fields';
import { RolePicker } from './RolePicker';
import { useT } from './strings';

export type Share = components['schemas']['SavedShare'];

/** What the forms of everything that is saved under a name have in common. */
export interface SavedValues {
  name: string;
  note: string;
  with: Share['with'];
  roles: string[];
  departments: string[];
}

export function savedValues(of?: { name: string; note: string; share: Share }): SavedValues {
  return {
    name: of?.name ?? '',
    note: of?.note ?? '',
    with: of?.share.with ?? 'nobody',
    roles: of?.share.roles ?? [],
    departments: (of?.share.departments ?? []).map(String),
  };
}

export function shareOf(values: SavedValues): Share {
  return values.with === 'some'
    ? { with: 'some', roles: values.roles, departments: values.departments.map(Number) }
    : { with: values.with };
}

/** With whom something is shared, in words. */
export function useShareWords(): (share: Share) => string {
  const t = useT();
  return (share) => t(`saved.with.${share.with}`);
}

/** Name, note, and with whom it is shared; `shares` says whether the viewer may share. */
export function SavedFields(props: { values: SavedValues; shares: boolean; note?: boolean }) {
  const { values, shares, note } = props;
  const t = useT();
  return (
    <>
      <Field name="name" label={t('saved.name')} required max={30}>
        <TextInput max={30} autoFocus />
      </Field>
      {note && (
        <Field name="note" label={t('saved.note')} max={200}>
          <TextInput max={200} />
        </Field>
      )}
      <Field name="with" label={t('saved.with')} hint={shares ? undefined : t('saved.with.missing')}>
        <Choice
          disabled={!shares}
          options={[
            { value: 'nobody', label: t('saved.with.nobody') },
            { value: 'everybody', label: t('saved.with.everybody') },
            { value: 'some', label: t('saved.with.some') },
          ]}
        />
      </Field>
      {values.with === 'some' && (
        <>
          <Field name="departments" label={t('saved.departments')}>
            <DepartmentPicker />
          </Field>
          <Field name="roles" label={t('saved.roles')}>
            <RolePicker />
          </Field>
        </>
      )}
    </>
  );
}
