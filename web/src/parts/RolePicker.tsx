import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useI18n } from '@/lib/i18n';
import { useCan } from '@/lib/me';
import { Several } from './fields';

/** The roles of every corp, for those who may not see the corp's own. */
const builtIn = ['owner', 'admin', 'manager', 'staff'];

export interface RolePickerProps {
  /** Keys of roles. */
  value?: string[];
  onChange?: (keys: string[]) => void;
  placeholder?: string;
  label?: string;
  id?: string;
}

/** Chooses roles 角色 by name; those of every corp are called as the page's language has it. */
export function RolePicker(props: RolePickerProps) {
  const { text } = useI18n();
  const can = useCan();
  const own = useQuery({
    queryKey: ['access', 'roles'],
    enabled: can('access.read'),
    queryFn: ({ signal }) => ok(api.GET('/api/access/roles', { signal })),
  });
  const roles = own.data?.roles ?? builtIn.map((key) => ({ key, name: key, builtIn: true }));
  return (
    <Several
      {...props}
      options={roles.map((role) => ({
        value: role.key,
        label: role.builtIn ? text(`role.${role.key}`, undefined, role.name) : role.name,
      }))}
    />
  );
}
