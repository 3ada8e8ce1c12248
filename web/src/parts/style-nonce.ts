/** The nonce by which the server's content policy lets this page's own styles in; it stands in the head. */
export function styleNonce(page: Document): string | undefined {
  return page.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;
}

/**
 * Gives every style element that is made from now on the page's nonce. The kit
 * does so itself where it is told the nonce, but its scroll lock (behind drawers
 * and dialogs) makes two without; the policy would refuse them, and the page would
 * scroll behind a dialog. Called once, before anything is drawn.
 */
export function giveStylesTheNonce(page: Document): void {
  const nonce = styleNonce(page);
  if (!nonce) return;
  const make = page.createElement;
  page.createElement = function createElement(
    this: Document,
    name: string,
    options?: ElementCreationOptions,
  ) {
    const element = make.call(this, name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  } as typeof page.createElement;
}
