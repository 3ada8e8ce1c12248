import './style/form.css';

/**
 * Lets a text area of the kit grow with its text, from `rows` to `most` lines, by the style
 * sheet alone. The kit's own way (autoSize) measures with a style attribute, which the content
 * policy refuses. Browsers without field-sizing show `rows` lines and a handle.
 */
export function growing(rows: number, most: number) {
  const lines = (n: number) => `calc(${n}lh + 10px)`;
  return {
    rows,
    classNames: { textarea: 'q-growing' },
    styles: { textarea: { minHeight: lines(rows), maxHeight: lines(most) } },
  };
}
