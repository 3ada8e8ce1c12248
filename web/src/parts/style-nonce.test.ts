import { expect, it } from 'vitest';
import { giveStylesTheNonce } from './style-nonce';

it('gives styles, and only those, the nonce of the page', () => {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.nonce = 'n1';
  document.head.append(meta);
  giveStylesTheNonce(document);
  expect(document.createElement('style').nonce).toBe('n1');
  expect(document.createElement('script').nonce).not.toBe('n1');
  expect(document.createElement('div').tagName).toBe('DIV');
});
