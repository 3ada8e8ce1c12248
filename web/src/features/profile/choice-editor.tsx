import { Button } from '@/parts/Button';
import { CheckBox, TextInput } from '@/parts/fields';
import { useT } from './strings';
import type { FieldForm } from './words';

type Choice = NonNullable<FieldForm['options']>[number];

/** The options of a choice, one a line, in their order. */
export function ChoiceEditor(props: { value?: Choice[]; onChange?: (value: Choice[]) => void }) {
  const t = useT();
  const list = props.value ?? [];
  const put = (next: Choice[]) => props.onChange?.(next);
  const set = (at: number, change: Partial<Choice>) =>
    put(list.map((one, i) => (i === at ? { ...one, ...change } : one)));
  const swap = (at: number) =>
    put(list.map((one, i) => (i === at - 1 ? (list[at] ?? one) : i === at ? (list[at - 1] ?? one) : one)));
  return (
    <div className="profile-options">
      {list.map((option, at) => (
        <div key={option.key ?? `new-${at}`} className="profile-option">
          <TextInput
            value={option.name}
            max={30}
            label={t('option.n', { n: at + 1 })}
            onChange={(name) => set(at, { name })}
          />
          <Button
            size="small"
            look="quiet"
            icon="up"
            label={t('def.up', { name: option.name })}
            disabled={at === 0}
            onClick={() => swap(at)}
          />
          {option.key ? (
            <CheckBox checked={option.archived ?? false} onChange={(archived) => set(at, { archived })}>
              {t('option.archived')}
            </CheckBox>
          ) : null}
          <Button
            size="small"
            look="quiet"
            icon="remove"
            label={t('option.remove', { name: option.name })}
            onClick={() => put(list.filter((_, i) => i !== at))}
          />
        </div>
      ))}
      <Button size="small" icon="add" onClick={() => put([...list, { name: '' }])}>
        {t('option.add')}
      </Button>
    </div>
  );
}
