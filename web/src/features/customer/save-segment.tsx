import { useState } from 'react';
import { useCan } from '@/lib/me';
import type { Rule } from '@/lib/rule';
import { Button } from '@/parts/Button';
import { leavesOf } from './fields';
import { SegmentDialog } from './segment-dialog';
import { useT } from './strings';

/** Makes a segment of what the list is narrowed by; a segment cannot name another. */
export function SaveSegment({ rule }: { rule: Rule }) {
  const t = useT();
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (!can('customer.read') || leavesOf(rule).some((leaf) => leaf.field === 'segment')) return null;
  return (
    <>
      <Button icon="save" onClick={() => setOpen(true)}>
        {t('segment.saveAs')}
      </Button>
      {open && <SegmentDialog rule={rule} onClose={() => setOpen(false)} />}
    </>
  );
}
