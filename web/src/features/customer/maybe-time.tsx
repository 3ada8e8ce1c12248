import { TimeText } from '@/parts/TimeText';

/** A time, or a dash when it is not known or has not come. */
export function MaybeTime(props: { at: number; show?: 'relative' | 'time' }) {
  if (!props.at) return <span className="q-faint">–</span>;
  return <TimeText at={props.at} show={props.show} />;
}
