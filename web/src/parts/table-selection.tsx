import type { ReactNode } from 'react';
import { Button } from './Button';
import { useT } from './strings';

/**
 * What is selected: either these keys, or all rows that match the filters but
 * `except` ones. With `all` an action sends the filters, not a million keys.
 */
export type Selection =
  | { all: false; keys: string[]; except: string[]; count: number }
  | { all: true; keys: string[]; except: string[]; count: number; matching: number };

export const noneSelected: Selection = { all: false, keys: [], except: [], count: 0 };

/** In the place of the total while something is selected: how many, "all that match", and what can be done with them. */
export function SelectionBar(props: {
  selection: Selection;
  rows: number;
  total: { count: number; exact: boolean } | undefined;
  onChange: (selection: Selection) => void;
  actions: ReactNode;
}) {
  const { selection, total, rows, onChange } = props;
  const t = useT();
  const more =
    total && !selection.all && selection.keys.length >= rows && total.count > selection.keys.length;
  const about = total && !total.exact && selection.all;
  return (
    <div className="q-selection">
      <strong className="q-num">{t(about ? 'selectedMore' : 'selected', { n: selection.count })}</strong>
      {more && (
        <Button
          look="link"
          size="small"
          onClick={() =>
            onChange({ all: true, keys: [], except: [], count: total.count, matching: total.count })
          }
        >
          {t(total.exact ? 'selectAll' : 'selectAllMore', { n: total.count })}
        </Button>
      )}
      <Button look="link" size="small" onClick={() => onChange(noneSelected)}>
        {t('clearSelection')}
      </Button>
      <span className="q-row q-wrap">{props.actions}</span>
    </div>
  );
}
