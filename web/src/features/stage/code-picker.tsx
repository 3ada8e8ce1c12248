import { CheckBox } from '@/parts/fields';
import { useT } from './strings';

/** Chooses channel codes; what is kept is the state that customers bring along. */
export function CodePicker(props: {
  codes: readonly { id: string; name: string; state: string }[];
  value?: string[];
  onChange?: (states: string[]) => void;
}) {
  const t = useT();
  const value = props.value ?? [];
  const known = props.codes.map((code) => ({ state: code.state, name: code.name }));
  const gone = value.filter((state) => !known.some((code) => code.state === state));
  const all = [...known, ...gone.map((state) => ({ state, name: t('joins.goneCode', { state }) }))];
  if (all.length === 0) return <span className="q-faint">{t('joins.noCodes')}</span>;
  return (
    <div className="stage-days">
      {all.map((code) => (
        <CheckBox
          key={code.state}
          checked={value.includes(code.state)}
          onChange={(on) =>
            props.onChange?.(on ? [...value, code.state] : value.filter((state) => state !== code.state))
          }
        >
          {code.name}
        </CheckBox>
      ))}
    </div>
  );
}
