import { App } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { asProblem, type Problem } from '@/api/problem';
import { Reference } from './ErrorView';
import { problemWords } from './problem-words';
import { useT } from './strings';

export interface ConfirmWords {
  /** What will happen, with the count in it: 删除 12 个活码？ */
  title: string;
  /** What it means, and whether it can be undone. */
  detail?: ReactNode;
  /** The verb on the button: 删除. */
  action: string;
  danger?: boolean;
  /** Runs while the dialog shows that it works; when it throws, the dialog stays and the problem is told. */
  onConfirm?: () => unknown;
}

export interface Feedback {
  /** A short word that something went well. */
  done(text: string): void;
  /** Tells a problem with its meaning, advice and reference; stays until closed. */
  problem(error: unknown): void;
  /** Asks before something that matters; true when confirmed (and onConfirm went well). */
  confirm(words: ConfirmWords): Promise<boolean>;
}

/** Words to the user that do not belong to a place on the page. */
export function useFeedback(): Feedback {
  const { message, notification, modal } = App.useApp();
  const t = useT();
  return useMemo(() => {
    const problem = (error: unknown) => {
      const found = asProblem(error);
      if (found.signedOut) return;
      const words = problemWords(found, t);
      notification.error({
        title: words.title,
        description: <ProblemLines problem={found} meaning={words.meaning} advice={words.advice} />,
        duration: 0,
      });
    };
    return {
      done: (text) => void message.success(text),
      problem,
      confirm: ({ title, detail, action, danger, onConfirm }) =>
        new Promise<boolean>((resolve) => {
          const dialog = modal.confirm({
            title,
            content: detail,
            okText: action,
            cancelText: t('cancel'),
            okButtonProps: { danger },
            focusable: { autoFocusButton: danger ? 'cancel' : 'ok' },
            // Takes the kit's `close`, which leaves it to us when: a refused promise the kit would throw at the window.
            onOk: (close: () => void) => {
              const work = async () => {
                dialog.update({ okButtonProps: { danger, loading: true } });
                try {
                  await onConfirm?.();
                  resolve(true);
                  close();
                } catch (error) {
                  problem(error);
                  dialog.update({ okButtonProps: { danger, loading: false } });
                }
              };
              void work();
            },
            onCancel: () => resolve(false),
          });
        }),
    };
  }, [message, notification, modal, t]);
}

function ProblemLines(props: { problem: Problem; meaning: string; advice: string }) {
  return (
    <>
      {props.meaning && <p>{props.meaning}</p>}
      {props.advice && <p className="q-advice">{props.advice}</p>}
      <Reference problem={props.problem} />
    </>
  );
}
