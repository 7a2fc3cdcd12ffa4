/** Notes are Markdown of a small kind. It becomes elements, never HTML text: whatever a scenario says, nothing of it runs. */
import { Fragment, type ReactNode } from 'react';

type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly text: string };

const ITEM = /^\s*(?:([-*+])|\d{1,3}[.)])\s+(.*)$/;
const HEADING = /^(#{1,4})\s+(.*)$/;
const FENCE = /^```/;

/** Splits a text into blocks. Anything unknown is a paragraph. */
export function parseBlocks(markdown: string): readonly Block[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const { block, next } = readBlock(lines, at);
    blocks.push(block);
    at = Math.max(next, at + 1);
  }
  return blocks;
}

function readBlock(lines: readonly string[], at: number): { readonly block: Block; readonly next: number } {
  const line = lines[at] ?? '';
  const heading = HEADING.exec(line);
  if (heading !== null) {
    return {
      block: { kind: 'heading', level: (heading[1] ?? '#').length, text: (heading[2] ?? '').trim() },
      next: at + 1,
    };
  }
  if (FENCE.test(line)) return readFence(lines, at);
  if (ITEM.test(line)) return readList(lines, at);
  if (line.startsWith('>')) {
    const end = endOf(lines, at, (text) => text.startsWith('>'));
    const text = lines.slice(at, end).map((quoted) => quoted.replace(/^>\s?/, ''));
    return { block: { kind: 'quote', text: text.join(' ') }, next: end };
  }
  const end = endOf(
    lines,
    at,
    (text) => text.trim() !== '' && !HEADING.test(text) && !FENCE.test(text) && !ITEM.test(text),
  );
  return { block: { kind: 'paragraph', text: lines.slice(at, end).join(' ').trim() }, next: end };
}

function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1;
  return end;
}

function readFence(lines: readonly string[], at: number): { readonly block: Block; readonly next: number } {
  const end = endOf(lines, at + 1, (line) => !FENCE.test(line));
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 };
}

function readList(lines: readonly string[], at: number): { readonly block: Block; readonly next: number } {
  const ordered = ITEM.exec(lines[at] ?? '')?.[1] === undefined;
  const items: string[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const line = lines[next] ?? '';
    const item = ITEM.exec(line);
    if (item !== null) items.push((item[2] ?? '').trim());
    else if (line.trim() !== '' && /^\s+/.test(line)) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else break;
  }
  return { block: { kind: 'list', ordered, items }, next };
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/;

/** A link is followed only where the reader can see that it leads away: http(s), in a page of its own. */
function isSafeAddress(address: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(address);
}

function inline(text: string): ReactNode {
  const match = INLINE.exec(text);
  if (match === null) return text;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return (
    <>
      {before}
      {inlineElement(match)}
      {inline(after)}
    </>
  );
}

function inlineElement(match: RegExpExecArray): ReactNode {
  const [whole, code, strong, emphasis, label, address] = match;
  if (code !== undefined) return <code>{code}</code>;
  if (strong !== undefined) return <strong>{inline(strong)}</strong>;
  if (emphasis !== undefined) return <em>{inline(emphasis)}</em>;
  if (label === undefined || address === undefined || !isSafeAddress(address)) return label ?? whole;
  return (
    <a href={address} target="_blank" rel="noreferrer noopener">
      {label}
    </a>
  );
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? <h2>{inline(block.text)}</h2> : <h3>{inline(block.text)}</h3>;
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'quote':
      return <blockquote>{inline(block.text)}</blockquote>;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List>
          {keyed(block.items).map(([key, item]) => (
            <li key={key}>{inline(item)}</li>
          ))}
        </List>
      );
    }
  }
}

/** Keys by content and count: equal items of one list are rare, and need no identity. */
function keyed(items: readonly string[]): readonly (readonly [string, string])[] {
  return items.map((item, index) => [`${index} ${item}`, item]);
}

export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="markdown">
      {parseBlocks(text).map((block, index) => (
        // Blocks have no identity of their own; the text is replaced as a whole.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Fragment key={index}>
          <BlockView block={block} />
        </Fragment>
      ))}
    </div>
  );
}
