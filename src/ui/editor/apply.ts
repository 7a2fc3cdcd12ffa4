import type { ApplyResult, Diagnostic, SimulationClient, SourceFile } from '../../worker';
import { formatTime } from '../format/numbers';
import { editFiles, markApplied, setDiagnostics, useFilesStore } from '../stores/files-store';
import { announce, toast } from '../stores/notices-store';
import { rememberApplied, showReading } from './checker';
import { MAX_UNDO, type UndoStep, useEditorStore } from './editor-store';
import { hasPendingEdits, settleEdits } from './pending-edits';

/** "2 resources changed" */
export function countChanges(count: number): string {
  return count === 1 ? '1 resource changed' : `${count} resources changed`;
}

/** Whether applying would change anything. */
export function canApply(): boolean {
  return (useFilesStore.getState().dirty.size > 0 || hasPendingEdits()) && !useEditorStore.getState().applying;
}

export function canUndo(): boolean {
  const { undo, applying } = useEditorStore.getState();
  return undo.length > 0 && !applying;
}

function firstError(diagnostics: readonly Diagnostic[]): Diagnostic | undefined {
  return diagnostics.find((diagnostic) => diagnostic.severity === 'error');
}

/** Runs one set of files. On refusal nothing changes but the findings. */
async function run(client: SimulationClient, files: readonly SourceFile[]): Promise<ApplyResult | undefined> {
  if (useEditorStore.getState().applying) return undefined;
  useEditorStore.setState({ applying: true });
  try {
    const result = await showReading(client.applyFiles(files));
    if (result.accepted) rememberApplied(files, result.diagnostics);
    setDiagnostics(result.diagnostics);
    return result;
  } finally {
    useEditorStore.setState({ applying: false });
  }
}

function refuse(result: ApplyResult): void {
  const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  useEditorStore.setState({ outcome: { kind: 'refused', problem: firstError(result.diagnostics), errors } });
  announce(`Not applied. ${describeRefusal()}`);
}

/** "Line 17: … The configuration of 02:14 keeps running." */
export function describeRefusal(): string {
  const { outcome, runningSinceNs } = useEditorStore.getState();
  if (outcome.kind !== 'refused') return '';
  const { problem } = outcome;
  const keeps = `The configuration of ${formatTime(runningSinceNs)} keeps running.`;
  if (problem === undefined) return keeps;
  const place = problem.range === undefined ? '' : `Line ${problem.range.start.line}: `;
  return [`${place}${problem.message}`, problem.hint, keeps].filter((part) => part !== undefined).join(' ');
}

/** Applies what is written. */
export async function applyNow(client: SimulationClient): Promise<void> {
  await settleEdits();
  const { files, applied } = useFilesStore.getState();
  const { runningSinceNs } = useEditorStore.getState();
  const result = await run(client, files);
  if (result === undefined) return;
  if (!result.accepted) return refuse(result);
  const { undo } = useEditorStore.getState();
  const step: UndoStep = { files: applied, sinceNs: runningSinceNs, replacedBy: files };
  useEditorStore.setState({
    outcome: { kind: 'applied', atNs: result.atNs, changes: result.changes, undone: false },
    runningSinceNs: result.atNs,
    undo: [...undo, step].slice(-MAX_UNDO),
    view: 'text',
  });
  markApplied(files);
  announce(`Applied at ${formatTime(result.atNs)}, ${countChanges(result.changes.length)}`);
}

/** The texts after an undo: what reads as it was applied goes back, what was edited since stays. */
export function textsAfterUndo(files: readonly SourceFile[], step: UndoStep): readonly SourceFile[] {
  const before = new Map(step.files.map((file) => [file.path, file]));
  const applied = new Map(step.replacedBy.map((file) => [file.path, file.text]));
  const kept = files.flatMap((file) => {
    if (applied.get(file.path) !== file.text) return [file];
    return before.get(file.path) ?? [];
  });
  const present = new Set(files.map((file) => file.path));
  const brought = step.files.filter((file) => !present.has(file.path) && !applied.has(file.path));
  return [...kept, ...brought];
}

/** Runs what ran before the last apply. */
export async function undoApply(client: SimulationClient): Promise<void> {
  const step = useEditorStore.getState().undo.at(-1);
  if (step === undefined) return;
  const result = await run(client, step.files);
  if (result === undefined) return;
  if (!result.accepted) return refuse(result);
  const { undo } = useEditorStore.getState();
  useEditorStore.setState({
    outcome: { kind: 'applied', atNs: result.atNs, changes: result.changes, undone: true },
    runningSinceNs: result.atNs,
    undo: undo.slice(0, -1),
  });
  const { files } = useFilesStore.getState();
  markApplied(step.files);
  editFiles(textsAfterUndo(files, step));
  toast({
    tone: 'good',
    title: `Undone at ${formatTime(result.atNs)}`,
    detail: `The configuration of ${formatTime(step.sinceNs)} runs again, ${countChanges(result.changes.length)}.`,
    action: {
      label: 'Apply again',
      run: () => {
        editFiles(
          textsAfterUndo(useFilesStore.getState().files, { ...step, files: step.replacedBy, replacedBy: step.files }),
        );
        applyNow(client).catch(() => undefined);
      },
    },
  });
}
