import { useEffect } from 'react';
import { Field } from '@/parts/Form';
import { Choice } from '@/parts/fields';
import { TagPicker } from '@/parts/TagPicker';
import { useT } from './strings';

export interface Marks {
  add: string[];
  remove: string[];
}

export const noMarks: Marks = { add: [], remove: [] };

/** Which tags to put on and which to take off, and of which follows. */
export function MarkFields(props: {
  pairs?: boolean;
  chosen?: 'newest' | 'all';
  onPairs?: (all: boolean) => void;
}) {
  const { pairs, chosen, onPairs } = props;
  const t = useT();
  useEffect(() => {
    if (chosen !== undefined) onPairs?.(chosen === 'all');
  }, [chosen, onPairs]);
  return (
    <>
      <Field name="add" label={t('mark.add')}>
        <TagPicker label={t('mark.add')} max={100} />
      </Field>
      <Field name="remove" label={t('mark.remove')}>
        <TagPicker label={t('mark.remove')} max={100} />
      </Field>
      {pairs && (
        <Field name="pairs" label={t('pairs')} hint={t('pairs.hint')}>
          <Choice
            options={(['newest', 'all'] as const).map((value) => ({ value, label: t(`pairs.${value}`) }))}
          />
        </Field>
      )}
    </>
  );
}
