import { useState } from 'react';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { CheckBox } from '@/parts/fields';
import { TagPicker } from '@/parts/TagPicker';
import { useT } from './strings';

type Acts = components['schemas']['StageActs'];
const receivers = ['member', 'leader'] as const;

/** What happens to a customer who enters or leaves a stage; folded away until somebody wants it. */
export function ActsEditor(props: { title: string; acts: Acts; onChange: (acts: Acts) => void }) {
  const t = useT();
  const acts = { tag: props.acts.tag ?? [], untag: props.acts.untag ?? [], tell: props.acts.tell ?? [] };
  const used = acts.tag.length + acts.untag.length + acts.tell.length;
  const [open, setOpen] = useState(used > 0);
  if (!open) {
    return (
      <span>
        <Button look="link" size="small" onClick={() => setOpen(true)}>
          {t('acts.open', { when: props.title })}
        </Button>
      </span>
    );
  }
  return (
    <fieldset className="stage-acts">
      <legend>{props.title}</legend>
      <div className="stage-grid">
        <div className="stage-labelled">
          <span className="q-faint">{t('acts.tag')}</span>
          <TagPicker value={acts.tag} onChange={(tag) => props.onChange({ ...acts, tag })} />
        </div>
        <div className="stage-labelled">
          <span className="q-faint">{t('acts.untag')}</span>
          <TagPicker value={acts.untag} onChange={(untag) => props.onChange({ ...acts, untag })} />
        </div>
      </div>
      <span className="q-row q-wrap">
        {receivers.map((one) => (
          <CheckBox
            key={one}
            checked={acts.tell.includes(one)}
            onChange={(on) =>
              props.onChange({
                ...acts,
                tell: on ? [...acts.tell, one] : acts.tell.filter((who) => who !== one),
              })
            }
          >
            {t(`acts.tell.${one}`)}
          </CheckBox>
        ))}
      </span>
    </fieldset>
  );
}
