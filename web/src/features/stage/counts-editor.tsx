import { CheckBox } from '@/parts/fields';
import { useT } from './strings';

const ways = ['note', 'call', 'message', 'task', 'move'] as const;
type Way = (typeof ways)[number];

/** What counts as a follow-up. */
export function CountsEditor(props: { value?: Way[] | null; onChange?: (value: Way[]) => void }) {
  const t = useT();
  const value = props.value ?? [];
  return (
    <div className="stage-days">
      {ways.map((way) => (
        <CheckBox
          key={way}
          checked={value.includes(way)}
          onChange={(on) => props.onChange?.(on ? [...value, way] : value.filter((one) => one !== way))}
        >
          {t(`counts.${way}`)}
        </CheckBox>
      ))}
    </div>
  );
}
