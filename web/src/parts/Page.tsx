import { Skeleton } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useMe } from '@/lib/me';
import './style/page.css';

/**
 * A page of the console: title with its one-line meaning, the actions (at most
 * one primary) on the right, then the content. Sets the tab's title too.
 */
export function Page(props: {
  title: string;
  meaning?: ReactNode;
  actions?: ReactNode;
  /** Beside the title: a state badge, a count. */
  beside?: ReactNode;
  children: ReactNode;
}) {
  const { corp } = useMe();
  useEffect(() => {
    document.title = `${props.title} · ${corp.name}`;
  }, [props.title, corp.name]);
  return (
    <article className="q-page">
      <header className="q-page-head">
        <div className="q-page-words">
          <h1>
            {props.title}
            {props.beside}
          </h1>
          {props.meaning && <p>{props.meaning}</p>}
        </div>
        {props.actions && <div className="q-page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </article>
  );
}

/** A white box with an optional heading. */
export function Card(props: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className="q-card q-box">
      {(props.title || props.actions) && (
        <header>
          <h2>{props.title}</h2>
          {props.actions}
        </header>
      )}
      <div className={props.flush ? 'q-box-flush' : 'q-box-body'}>{props.children}</div>
    </section>
  );
}

/** Facts on the left, what happened on the right; one below the other when narrow. */
export function Columns(props: { left: ReactNode; right: ReactNode; wide?: 'left' | 'right' }) {
  return (
    <div className={`q-columns q-columns-${props.wide ?? 'right'}`}>
      <div className="q-stack">{props.left}</div>
      <div className="q-stack">{props.right}</div>
    </div>
  );
}

/** The grey shape of a page or card while its first data comes. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  return (
    <div className="q-waiting" aria-busy="true">
      <Skeleton active title={{ width: '32%' }} paragraph={{ rows }} />
    </div>
  );
}
