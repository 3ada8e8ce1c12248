import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useMembersNamed } from '@/api/directory';
import { useCan } from '@/lib/me';
import { PhonePreview } from '@/parts/PhonePreview';
import { useMessageVariables } from '@/parts/variables';
import type { Values } from './editor-form';
import { useT } from './strings';

/** The chat that a new customer opens on, as the form stands. */
export function GreetingPreview({ values }: { values: Values }) {
  const t = useT();
  const can = useCan();
  const [first = ''] = [...values.members, ...values.shifts.flatMap((shift) => shift.members)];
  const member = useMembersNamed(first ? [first] : []).data?.items[0]?.name;
  const variables = useMessageVariables(member);
  const greetings = useQuery({
    queryKey: ['welcome', 'greetings'],
    queryFn: ({ signal }) => ok(api.GET('/api/welcome/greetings', { signal })),
    enabled: values.greeting === 'default' && can('welcome.read'),
  });
  const company = greetings.data?.items.find(({ level, enabled }) => level === 'company' && enabled);
  const own = greetings.data?.items.find(
    ({ level, target, enabled }) => level === 'member' && target === first && enabled,
  );
  const content = {
    own: values.content,
    default: own?.content ?? company?.content ?? { text: '' },
    none: { text: '' },
  }[values.greeting];
  return (
    <PhonePreview
      content={content}
      from={member}
      variables={variables.examples}
      caption={t(`preview.${values.greeting}`)}
    />
  );
}
