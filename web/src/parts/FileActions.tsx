import { Button } from './Button';
import { useFeedback } from './Feedback';

type Act = 'cancel' | 'remove';

/** The words that the feature has for its file. */
type Words = (key: 'download' | Act | `${Act}.title` | `${Act}.detail` | 'cancelled' | 'removed') => string;

/** A file that was made in the background: fetch it, give up its making, remove it. */
export function FileActions(props: {
  words: Words;
  /** Where it is fetched; without it there is nothing to fetch, or not by the viewer. */
  from?: string;
  /** How large it is, on hover. */
  hint?: string;
  /** What can be done about it: cancel while it is being made, remove it afterwards. */
  act?: Act;
  onAct: () => Promise<unknown>;
  /** It is done: what is known of the file is read again. */
  onActed: () => unknown;
}) {
  const { words, from, hint, act, onAct, onActed } = props;
  const feedback = useFeedback();
  const ask = async (wanted: Act) => {
    const sure = await feedback.confirm({
      title: words(`${wanted}.title`),
      detail: words(`${wanted}.detail`),
      action: words(wanted),
      danger: true,
      onConfirm: onAct,
    });
    if (!sure) return;
    feedback.done(words(wanted === 'cancel' ? 'cancelled' : 'removed'));
    await onActed();
  };
  return (
    <>
      {from && (
        <Button size="small" icon="download" hint={hint} onClick={() => window.location.assign(from)}>
          {words('download')}
        </Button>
      )}
      {act && (
        <Button size="small" look="quiet" onClick={() => ask(act)}>
          {words(act)}
        </Button>
      )}
    </>
  );
}
