import { Fragment } from 'react';

/** A sentence of a finding; what stands between backticks is code. */
export function Words({ text }: { readonly text: string }) {
  let at = 0;
  const parts = text.split('`').map((part, index) => {
    const start = at;
    at += part.length + 1;
    return { key: start, part, code: index % 2 === 1 };
  });
  return parts.map(({ key, part, code }) =>
    code ? (
      <code key={key} className="editor-word">
        {part}
      </code>
    ) : (
      <Fragment key={key}>{part}</Fragment>
    ),
  );
}
