import type { Diagnostic } from '../../worker';
import { formatTime } from '../format/numbers';
import { EditorIcon } from './editor-icon';
import { useEditorStore } from './editor-store';
import { revealLocation } from './reveal';
import { Words } from './words';

/** Why an apply was refused, and that nothing was lost by it. */
export function Refusal({ fix }: { fix(diagnostic: Diagnostic): void }) {
  const outcome = useEditorStore((state) => state.outcome);
  const since = useEditorStore((state) => state.runningSinceNs);
  if (outcome.kind !== 'refused') return null;
  const { problem, errors } = outcome;
  const place = problem?.range === undefined ? '' : `Line ${problem.range.start.line}: `;
  const others = errors > 1 ? ` ${errors - 1} more below.` : '';
  return (
    <div className="editor-refusal" role="alert" data-testid="refusal">
      <EditorIcon name="error" />
      <div>
        <b>
          {place}
          <Words text={problem?.message ?? 'Not applied.'} />
        </b>
        <p>
          {problem?.hint !== undefined && <Words text={`${problem.hint} `} />}
          The configuration of {formatTime(since)} keeps running.{others}
        </p>
      </div>
      {problem?.file !== undefined && (
        <button
          type="button"
          className="button button-small"
          onClick={() => revealLocation(problem.file ?? '', problem.range)}
        >
          Go to line
        </button>
      )}
      {problem?.fix !== undefined && (
        <button type="button" className="button button-small" onClick={() => fix(problem)}>
          Fix
        </button>
      )}
    </div>
  );
}
