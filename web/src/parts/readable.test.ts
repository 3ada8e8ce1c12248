import { expect, it } from 'vitest';
import { readable } from './CodeBlock';

it('indents JSON', () => {
  expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
});
it('indents XML, with texts on the line of their tag', () => {
  expect(readable('<xml><A><![CDATA[<b>]]></A><C><D>1</D><E/></C></xml>')).toBe(
    '<xml>\n  <A><![CDATA[<b>]]></A>\n  <C>\n    <D>1</D>\n    <E/>\n  </C>\n</xml>',
  );
});
it('leaves what it cannot read', () => {
  expect(readable('{"a":')).toBe('{"a":');
  expect(readable('plain')).toBe('plain');
});
