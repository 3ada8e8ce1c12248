import { DepartmentPicker } from '@/parts/DepartmentPicker';
import { CheckBox, Choice } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { useT } from './strings';
import type { Span } from './words';

type Kind = Span['kind'];

/** Chooses how far a role reaches; departments count with or without those below, one by one. */
export function SpanPicker(props: {
  value?: Span;
  onChange?: (span: Span) => void;
  kinds: readonly Kind[];
  id?: string;
}) {
  const { value = { kind: 'self' }, onChange, kinds } = props;
  const t = useT();
  const departments = value.departments ?? [];
  const change = (part: Partial<Span>) => onChange?.({ ...value, ...part });
  const ids = (deep: boolean) =>
    departments.filter((d) => Boolean(d.below) === deep).map((d) => String(d.id));
  const put = (deep: boolean, chosen: readonly string[]) =>
    change({
      departments: [
        ...departments.filter((d) => Boolean(d.below) !== deep && !chosen.includes(String(d.id))),
        ...chosen.map((id) => ({ id: Number(id), below: deep })),
      ],
    });
  return (
    <div className="q-stack">
      <Choice<Kind>
        id={props.id}
        value={value.kind}
        onChange={(kind) => change({ kind })}
        options={kinds.map((kind) => ({
          value: kind,
          label: t(`span.${kind}`),
          hint: t(`span.${kind}.hint`),
        }))}
      />
      {(value.kind === 'own' || value.kind === 'managed') && (
        <CheckBox checked={value.below} onChange={(below) => change({ below })}>
          {t('below')}
        </CheckBox>
      )}
      {value.kind === 'custom' && (
        <div className="access-custom">
          <span>{t('departments.deep')}</span>
          <DepartmentPicker
            label={t('departments.deep')}
            value={ids(true)}
            onChange={(chosen) => put(true, chosen)}
          />
          <span>{t('departments.flat')}</span>
          <DepartmentPicker
            label={t('departments.flat')}
            value={ids(false)}
            onChange={(chosen) => put(false, chosen)}
          />
          <span>{t('members')}</span>
          <MemberPicker
            label={t('members')}
            value={value.members ?? []}
            onChange={(members) => change({ members })}
            max={500}
          />
        </div>
      )}
    </div>
  );
}
