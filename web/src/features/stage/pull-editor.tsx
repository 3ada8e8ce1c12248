import { useState } from 'react';
import type { components } from '@/api/schema';
import { Button } from '@/parts/Button';
import { GroupPicker } from '@/parts/GroupPicker';
import { TagPicker } from '@/parts/TagPicker';
import { useT } from './strings';

type Pull = components['schemas']['StagePull'];
const most = 20;

/** Which tags and groups bring customers into a stage; folded away until somebody wants it. */
export function PullEditor(props: { pull?: Pull; onChange: (pull: Pull) => void }) {
  const t = useT();
  const pull = { tags: props.pull?.tags ?? [], groups: props.pull?.groups ?? [] };
  const [open, setOpen] = useState(false);
  if (!open && pull.tags.length + pull.groups.length === 0) {
    return (
      <span className="stage-pull">
        <Button look="link" size="small" onClick={() => setOpen(true)}>
          {t('pull.open')}
        </Button>
      </span>
    );
  }
  return (
    <fieldset className="stage-acts">
      <legend>{t('pull')}</legend>
      <div className="stage-grid">
        <div className="stage-labelled">
          <span className="q-faint">{t('pull.tags')}</span>
          <TagPicker
            value={pull.tags}
            max={most}
            label={t('pull.tags')}
            onChange={(tags) => props.onChange({ ...pull, tags })}
          />
        </div>
        <div className="stage-labelled">
          <span className="q-faint">{t('pull.groups')}</span>
          <GroupPicker
            value={pull.groups}
            label={t('pull.groups')}
            onChange={(groups) => props.onChange({ ...pull, groups })}
          />
        </div>
      </div>
      <span className="q-faint">{t('pull.meaning')}</span>
    </fieldset>
  );
}
