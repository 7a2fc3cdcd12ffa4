import type { Diagnostic, SimulationClient, SourceFile } from '../../worker';
import { setDiagnostics, useFilesStore } from '../stores/files-store';
import { useEditorStore } from './editor-store';

/** Wall time without a keystroke before the texts are checked. */
const QUIET_MS = 250;
/** Wall time of an answer above which somebody wonders. */
const LONG_MS = 400;

interface AppliedFindings {
  readonly files: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
}

let applied: AppliedFindings = { files: [], diagnostics: [] };

/** Keeps what an apply found; findings that only the whole configuration shows are not found again by a check of texts. */
export function rememberApplied(files: readonly SourceFile[], diagnostics: readonly Diagnostic[]): void {
  applied = { files, diagnostics };
}

function keyOf({ code, file, range, message }: Diagnostic): string {
  return `${code} ${file ?? ''} ${range?.start.offset ?? ''} ${message}`;
}

/** A check's findings, and those of the last apply that stand in files which nobody has touched since. */
export function mergeFindings(
  checked: readonly Diagnostic[],
  ofApply: readonly Diagnostic[],
  dirty: ReadonlySet<string>,
): readonly Diagnostic[] {
  const known = new Set(checked.map(keyOf));
  const kept = ofApply.filter(
    (diagnostic) => diagnostic.file !== undefined && !dirty.has(diagnostic.file) && !known.has(keyOf(diagnostic)),
  );
  return [...checked, ...kept];
}

/** Says so while an answer takes long: the worker that reads is the one that lets traffic move. */
export async function showReading<T>(answer: Promise<T>): Promise<T> {
  const timer = setTimeout(() => useEditorStore.setState({ reading: true }), LONG_MS);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
    useEditorStore.setState({ reading: false });
  }
}

let requestCheck: () => void = () => undefined;

/** Checks the texts although nobody has changed them: what they are checked against has. */
export function checkAgain(): void {
  requestCheck();
}

/** Checks the texts off the main thread after every pause in typing; returns the way to stop. */
export function startChecker(client: SimulationClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  const check = async (): Promise<void> => {
    const mine = ++round;
    const { files, dirty } = useFilesStore.getState();
    if (dirty.size === 0) {
      if (applied.files === useFilesStore.getState().applied) setDiagnostics(applied.diagnostics);
      forgetMendedRefusal([]);
      return;
    }
    const checked = await showReading(client.check(files));
    if (mine !== round || useFilesStore.getState().files !== files) return;
    setDiagnostics(mergeFindings(checked, applied.diagnostics, dirty));
    forgetMendedRefusal(checked);
  };
  const schedule = (): void => {
    clearTimeout(timer);
    // A check that fails is one whose worker died: the next keystroke starts another.
    timer = setTimeout(() => check().catch(() => undefined), QUIET_MS);
  };
  const stop = useFilesStore.subscribe((state, before) => {
    if (state.files !== before.files) schedule();
  });
  requestCheck = schedule;
  return () => {
    clearTimeout(timer);
    stop();
    requestCheck = () => undefined;
  };
}

/** The message about a refused apply goes when nothing would refuse it any more. */
function forgetMendedRefusal(checked: readonly Diagnostic[]): void {
  const { outcome } = useEditorStore.getState();
  if (outcome.kind !== 'refused') return;
  const problem = checked.find((diagnostic) => diagnostic.severity === 'error');
  const errors = checked.filter((diagnostic) => diagnostic.severity === 'error').length;
  useEditorStore.setState({
    outcome: problem === undefined ? { kind: 'none' } : { kind: 'refused', problem, errors },
  });
}
