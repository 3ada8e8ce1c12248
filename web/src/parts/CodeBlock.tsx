import { Copy } from './Copy';
import { Facts } from './Facts';
import './style/timeline.css';

/** A piece of text for machines, with a button to copy it. */
export function CodeBlock({ text }: { text: string }) {
  return (
    <div className="q-code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
      <span className="q-code-copy">
        <Copy text={text} />
      </span>
    </div>
  );
}

/** Something as it came over the wire: JSON and XML are indented for reading, and copied as shown. */
export function RawView({ text, facts }: { text: string; facts?: Parameters<typeof Facts>[0]['items'] }) {
  return (
    <div className="q-stack">
      {facts && <Facts items={facts} />}
      <CodeBlock text={readable(text)} />
    </div>
  );
}

/** Indents JSON and XML; anything else, or what does not parse, is given back as it is. */
export function readable(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.stringify(JSON.parse(trimmed), null, 2);
    } catch {
      return text;
    }
  }
  return trimmed.startsWith('<') ? indentXml(trimmed) : text;
}

function indentXml(xml: string): string {
  const pieces = xml.match(/<!\[CDATA\[[\s\S]*?\]\]>|<[^>]+>|[^<]+/g) ?? [];
  let depth = 0;
  let out = '';
  let open = false;
  for (const piece of pieces) {
    if (piece.trim() === '') continue;
    const isTag = piece.startsWith('<') && !piece.startsWith('<![CDATA[');
    if (!isTag) {
      out += piece;
      continue;
    }
    const closing = piece.startsWith('</');
    if (closing) depth--;
    // A closing tag right after its text stays on the line of its opening tag.
    const sameLine = closing && open;
    if (!sameLine && out !== '') out += `\n${'  '.repeat(Math.max(depth, 0))}`;
    out += piece;
    open = !closing && !piece.endsWith('/>') && !piece.startsWith('<?');
    if (open) depth++;
  }
  return out;
}
