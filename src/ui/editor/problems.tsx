import { useState } from 'react';
import type { Diagnostic } from '../../worker';
import { useFilesStore } from '../stores/files-store';
import { revealLocation } from './reveal';
import { Words } from './words';

const RANK: Readonly<Record<Diagnostic['severity'], number>> = { error: 0, warning: 1, info: 2 };
const BADGE: Readonly<Record<Diagnostic['severity'], string>> = {
  error: 'badge badge-bad',
  warning: 'badge',
  info: 'badge badge-accent',
};
/** Rows on the screen before the rest is asked for. */
const FIRST_ROWS = 50;

/** Of the open file first, then errors before warnings; within that in the order of the text. */
export function sortFindings(diagnostics: readonly Diagnostic[], active: string | undefined): readonly Diagnostic[] {
  const elsewhere = (diagnostic: Diagnostic): number => (diagnostic.file === active ? 0 : 1);
  return [...diagnostics].sort((a, b) => elsewhere(a) - elsewhere(b) || RANK[a.severity] - RANK[b.severity]);
}

function keyOf({ code, file, range, message }: Diagnostic): string {
  return `${file ?? ''} ${range?.start.offset ?? ''} ${code} ${message}`;
}

function placeOf({ file, range }: Diagnostic, active: string | undefined): string {
  const line = range === undefined ? '' : `line ${range.start.line}`;
  if (file === undefined || file === active) return line;
  return range === undefined ? file : `${file}:${range.start.line}`;
}

interface ProblemProps {
  readonly diagnostic: Diagnostic;
  readonly active: string | undefined;
  fix(diagnostic: Diagnostic): void;
}

function Problem({ diagnostic, active, fix }: ProblemProps) {
  const { code, severity, message, hint, file, range, fix: replacement } = diagnostic;
  const place = placeOf(diagnostic, active);
  return (
    <li className="editor-problem" data-testid="problem" data-code={code}>
      <button
        type="button"
        className="editor-problem-place"
        onClick={() => file !== undefined && revealLocation(file, range)}
      >
        <span className={BADGE[severity]}>{code}</span>
        <span>
          <span className="visually-hidden">{severity}: </span>
          <Words text={hint === undefined ? message : `${message} ${hint}`} />
          {place !== '' && <span className="tone-3"> · {place}</span>}
        </span>
      </button>
      {replacement !== undefined && (
        <button
          type="button"
          className="editor-fix"
          aria-label={`Fix: write ${replacement}`}
          data-tip={`Write ${replacement}`}
          onClick={() => fix(diagnostic)}
        >
          Fix
        </button>
      )}
    </li>
  );
}

/** What was found in the manifests; each row leads to its line. */
export function Problems({ fix }: { fix(diagnostic: Diagnostic): void }) {
  const diagnostics = useFilesStore((state) => state.diagnostics);
  const active = useFilesStore((state) => state.activePath);
  const [all, setAll] = useState(false);
  if (diagnostics.length === 0) return null;
  const sorted = sortFindings(diagnostics, active);
  const shown = all ? sorted : sorted.slice(0, FIRST_ROWS);
  // Two findings of one place and one wording differ by where they stand in the list.
  const seen = new Map<string, number>();
  return (
    <ul className="editor-problems" aria-label={`Findings: ${diagnostics.length}`}>
      {shown.map((diagnostic) => {
        const base = keyOf(diagnostic);
        const number = seen.get(base) ?? 0;
        seen.set(base, number + 1);
        return <Problem key={`${base} ${number}`} diagnostic={diagnostic} active={active} fix={fix} />;
      })}
      {shown.length < sorted.length && (
        <li>
          <button type="button" className="editor-more" onClick={() => setAll(true)}>
            Show {sorted.length - shown.length} more
          </button>
        </li>
      )}
    </ul>
  );
}
