import { Button as KitButton } from 'antd';
import { asProblem, type Problem } from '@/api/problem';
import { Copy } from './Copy';
import { Icon } from './Icon';
import { problemWords } from './problem-words';
import { useT } from './strings';
import { Notice } from './Tabs';
import './style/states.css';

/** An error in the place of what it prevents: what happened, what it means, what to do, a reference, and "try again". */
export function ErrorView(props: {
  error: unknown;
  onRetry?: () => void;
  compact?: boolean;
  /** It is the whole page: its title is the page's heading. */
  page?: boolean;
}) {
  const t = useT();
  const Title = props.page ? 'h1' : 'h2';
  const problem = asProblem(props.error);
  const words = problemWords(problem, t);
  return (
    <div className={props.compact ? 'q-state q-state-compact' : 'q-state'} role="alert">
      <Icon name="error" className="q-state-icon q-state-danger" />
      <Title>{words.title}</Title>
      {words.meaning && <p>{words.meaning}</p>}
      {words.advice && <p className="q-advice">{words.advice}</p>}
      <Reference problem={problem} />
      {props.onRetry && (
        <KitButton onClick={props.onRetry} icon={<Icon name="reload" />}>
          {t('retry')}
        </KitButton>
      )}
    </div>
  );
}

/** The same among the fields of a short form, where a whole picture would push the button away. */
export function ErrorLine({ error }: { error: unknown }) {
  const t = useT();
  const problem = asProblem(error);
  const { title, meaning, advice } = problemWords(problem, t);
  return (
    <Notice tone="error" title={title}>
      {[meaning, advice].filter((words) => words && words !== title).join(' ')}
      <Reference problem={problem} />
    </Notice>
  );
}

/** The line that support needs: reference and status. */
export function Reference({ problem }: { problem: Problem }) {
  const t = useT();
  if (!problem.reference) return null;
  return (
    <p className="q-reference">
      {t('reference')} <code>{problem.reference}</code> <Copy text={problem.reference} />
    </p>
  );
}
