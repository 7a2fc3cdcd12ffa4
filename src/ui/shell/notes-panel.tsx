import type { ReactNode } from 'react';
import { dialectName } from '../model/dialects';
import { CommandButton } from '../parts/command-button';
import { useScenarioStore } from '../stores/scenario-store';
import { Markdown } from './markdown';

/** Notes that begin with a heading bring their own title. */
function splitTitle(title: string, notes: string): { readonly title: string; readonly text: string } {
  const heading = /^\s*# +([^\n]+)\n?/.exec(notes);
  return heading === null
    ? { title, text: notes }
    : { title: heading[1] ?? title, text: notes.slice(heading[0].length) };
}

/** What the scenario is about, in its author's words. With a handle it is one panel of several, and folds. */
export function NotesPanel({ className, handle }: { readonly className: string; readonly handle?: ReactNode }) {
  const current = useScenarioStore((state) => state.current);
  const { title, text } = splitTitle(current?.title ?? 'No scenario', current?.notes ?? '');
  return (
    <aside className={`notes-panel ${className}`} aria-label="Scenario notes" data-testid="notes">
      <div className="notes-scroll">
        <div className="notes-head">
          <span className="crumb">
            <b>Scenario</b>
            {current !== undefined && ` · ${dialectName(current.dialect)}`}
          </span>
          {handle !== undefined && (
            <CommandButton command="view.notes" look="icon" icon="foldLeft" name="Fold the notes" />
          )}
        </div>
        <h1>{title}</h1>
        {current === undefined ? (
          <p>Pick a scenario at the top, or drop YAML files anywhere on this page.</p>
        ) : (
          <Markdown text={text} />
        )}
      </div>
      {handle}
    </aside>
  );
}
