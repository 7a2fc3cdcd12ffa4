import type { Diagnostic } from '../config';

/** `file:line:column: severity code: message (hint)`, as compilers print it. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = [diagnostic.file, diagnostic.range?.start.line, diagnostic.range?.start.column]
    .filter((part) => part !== undefined)
    .join(':');
  const object =
    diagnostic.ref === undefined
      ? ''
      : ` [${diagnostic.ref.kind} ${diagnostic.ref.namespace === '' ? '' : `${diagnostic.ref.namespace}/`}${diagnostic.ref.name}]`;
  const hint = diagnostic.hint === undefined ? '' : ` ${diagnostic.hint}`;
  return `${place === '' ? '' : `${place}: `}${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}${hint}${object}`;
}
