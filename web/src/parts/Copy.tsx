import { Button as KitButton, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { Icon } from './Icon';
import { useT } from './strings';

/** A small button that copies a text and says so; with `shown`, so much of its beginning stands before it. */
export function Copy({ text, label, shown }: { text: string; label?: string; shown?: number }) {
  const t = useT();
  const [state, setState] = useState<'idle' | 'done' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 1600);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => setState((await toClipboard(text)) ? 'done' : 'refused');
  const words =
    state === 'done' ? t('copied') : state === 'refused' ? t('copyRefused') : (label ?? t('copy'));
  const button = (
    <Tooltip title={words}>
      <KitButton
        size="small"
        type="text"
        aria-label={words}
        icon={<Icon name={state === 'done' ? 'done' : 'copy'} />}
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
      />
    </Tooltip>
  );
  return shown ? (
    <span className="q-row">
      <code title={text}>{text.slice(0, shown)}…</code>
      {button}
    </span>
  ) : (
    button
  );
}

/** Puts a text on the clipboard; plain http on an intranet has no clipboard API, hence the second way. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
