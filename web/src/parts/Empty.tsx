import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import './style/states.css';

/** Nothing here yet: says what will appear and offers the one action that makes it appear. */
export function Empty(props: {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
  icon?: IconName;
  compact?: boolean;
  /** It is the whole page: its title is the page's heading. */
  page?: boolean;
}) {
  const Title = props.page ? 'h1' : 'h2';
  return (
    <div className={props.compact ? 'q-state q-state-compact' : 'q-state'}>
      <Icon name={props.icon ?? 'empty'} className="q-state-icon" />
      <Title>{props.title}</Title>
      {props.hint && <p>{props.hint}</p>}
      {props.action}
    </div>
  );
}
