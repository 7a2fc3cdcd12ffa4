import { dialectName } from '../model/dialects';
import { CommandButton } from '../parts/command-button';
import { useScenarioStore } from '../stores/scenario-store';
import { Markdown } from './markdown';

/** What the scenario is about, in its author's words. */
export function NotesPanel({ foldable }: { readonly foldable: boolean }) {
  const current = useScenarioStore((state) => state.current);
  return (
    <aside className="notes-panel" aria-label="Scenario notes" data-testid="notes">
      <div className="notes-head">
        <span className="crumb">
          <b>Scenario</b>
          {current !== undefined && ` · ${dialectName(current.dialect)}`}
        </span>
        {foldable && <CommandButton command="view.notes" look="icon" icon="foldLeft" name="Fold the notes" />}
      </div>
      <h1>{current?.title ?? 'No scenario'}</h1>
      {current === undefined ? (
        <p>Pick a scenario at the top, or drop YAML files anywhere on this page.</p>
      ) : (
        <Markdown text={current.notes} />
      )}
    </aside>
  );
}
