import { useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { Dialog } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { Field, Form, FormSection } from '@/parts/Form';
import { RolePicker } from '@/parts/RolePicker';
import { useT } from './strings';
import type { Group, Sight } from './words';

interface Values {
  seenRoles: string[];
  seenDepartments: string[];
  madeRoles: string[];
  madeDepartments: string[];
}

/** Who sees a group of tags, and who may add to it. */
export function SightDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { done } = useFeedback();
  const { seen, made } = group.sight ?? { seen: {}, made: {} };
  const save = async (values: Values) => {
    const body: Sight = {
      seen: { roles: values.seenRoles, departments: values.seenDepartments.map(Number) },
      made: { roles: values.madeRoles, departments: values.madeDepartments.map(Number) },
    };
    await ok(api.PUT('/api/tag/groups/{id}/sight', { params: { path: { id: group.id } }, body }));
    await client.invalidateQueries({ queryKey: ['tag'] });
    done(t('saved'));
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={t('sight.title', { name: group.name })} width={560}>
      <Form<Values>
        initial={{
          seenRoles: [...(seen.roles ?? [])],
          seenDepartments: (seen.departments ?? []).map(String),
          madeRoles: [...(made.roles ?? [])],
          madeDepartments: (made.departments ?? []).map(String),
        }}
        submitLabel={t('save')}
        onCancel={onClose}
        onSubmit={save}
      >
        <FormSection title={t('sight.seen')} meaning={t('sight.seen.meaning')}>
          <Field name="seenRoles" label={t('roles')}>
            <RolePicker placeholder={t('everybody')} />
          </Field>
          <Field name="seenDepartments" label={t('departments')} hint={t('departments.hint')}>
            <DepartmentPicker />
          </Field>
        </FormSection>
        <FormSection title={t('sight.made')} meaning={t('sight.made.meaning')}>
          <Field name="madeRoles" label={t('roles')}>
            <RolePicker placeholder={t('onlyManagers')} />
          </Field>
          <Field name="madeDepartments" label={t('departments')}>
            <DepartmentPicker />
          </Field>
        </FormSection>
      </Form>
    </Dialog>
  );
}
