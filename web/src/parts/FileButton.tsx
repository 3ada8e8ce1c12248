import { useRef } from 'react';
import { Button, type ButtonProps } from './Button';

/**
 * A button that asks for a file of the computer, or for several. The browser's own control speaks the
 * browser's language and cannot be styled: it works unseen.
 */
export function FileButton(
  props: Pick<ButtonProps, 'children' | 'icon' | 'look' | 'size' | 'busy' | 'disabled'> & {
    /** What is asked for, for screen readers: 选择文件. */
    label: string;
    /** File name endings and media types that are offered. */
    accept?: string;
    multiple?: boolean;
    onFiles: (files: File[]) => unknown;
  },
) {
  const { label, accept, multiple, onFiles, icon = 'upload', ...button } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <span>
      <input
        ref={input}
        className="q-hidden"
        type="file"
        tabIndex={-1}
        accept={accept}
        multiple={multiple}
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file again is a choice, too.
          event.target.value = '';
          if (files.length > 0) void onFiles(files);
        }}
      />
      <Button {...button} icon={icon} onClick={() => input.current?.click()} />
    </span>
  );
}
