import { useId } from 'react';
import type { ResourceChange } from '../../worker';
import { useApp } from '../app-context';
import { describeKey } from '../commands/keys';
import { formatTime } from '../format/numbers';
import { usePopup } from '../parts/popup';
import { useFilesStore } from '../stores/files-store';
import { countChanges } from './apply';
import { EditorIcon } from './editor-icon';
import { useEditorStore } from './editor-store';

const VERBS: Readonly<Record<ResourceChange['kind'], string>> = {
  added: 'added',
  changed: 'changed',
  removed: 'removed',
};

function ChangeItem({ change }: { readonly change: ResourceChange }) {
  const { kind, ref, fields } = change;
  const name = ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`;
  return (
    <li>
      <span className={`badge ${kind === 'added' ? 'badge-ok' : kind === 'removed' ? 'badge-bad' : 'badge-accent'}`}>
        {VERBS[kind]}
      </span>{' '}
      {ref.kind} <span className="mono">{name}</span>
      {fields.length > 0 && <small className="mono">{fields.join(', ')}</small>}
    </li>
  );
}

/** The sentence about the last apply; opens into the list of what it changed. */
function LastApply() {
  const outcome = useEditorStore((state) => state.outcome);
  const since = useEditorStore((state) => state.runningSinceNs);
  const { open, root, setOpen } = usePopup();
  const id = useId();
  if (outcome.kind !== 'applied') {
    return <span data-testid="apply-result">Runs since {formatTime(since)}</span>;
  }
  const { atNs, changes, undone } = outcome;
  const sentence = `${undone ? 'Undone' : 'Applied'} at ${formatTime(atNs)} · ${countChanges(changes.length)}`;
  if (changes.length === 0) return <span data-testid="apply-result">{sentence}</span>;
  return (
    <div ref={root} className="editor-applied">
      <button
        type="button"
        className="editor-applied-button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-testid="apply-result"
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !open) return;
          event.stopPropagation();
          setOpen(false);
        }}
      >
        {sentence}
      </button>
      {open && (
        <div id={id} className="popover editor-changes-list">
          <h3>What changed</h3>
          <ul>
            {changes.map((change) => (
              <ChangeItem
                key={`${change.ref.group}/${change.ref.kind}/${change.ref.namespace}/${change.ref.name}`}
                change={change}
              />
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** While a long text is read: traffic stands still because of it. */
function Reading() {
  return (
    <span role="status" data-testid="reading">
      Reading the manifests … traffic waits
    </span>
  );
}

function BarButton({
  command,
  icon,
  pressed,
}: {
  readonly command: string;
  readonly icon: 'changes' | 'undo';
  readonly pressed?: boolean;
}) {
  const { commands } = useApp();
  const found = commands.find(command);
  if (found === undefined) return null;
  const able = found.when?.() ?? true;
  const reason = command === 'files.undoApply' ? 'No apply to undo' : 'Nothing is changed';
  const key = found.keys?.[0];
  return (
    <button
      type="button"
      className={`icon-button${pressed === true ? ' icon-button-pressed' : ''}`}
      aria-label={able ? found.label : `${found.label}. ${reason}.`}
      aria-disabled={!able}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      data-tip={able ? found.label : reason}
      {...(key === undefined || !able ? {} : { 'data-tip-key': describeKey(key) })}
      data-testid={`command-${command}`}
      onClick={() => commands.run(command)}
    >
      <EditorIcon name={icon} />
    </button>
  );
}

/** The last line of the editor: what runs, and the way to run what is written. */
export function ApplyBar() {
  const { commands } = useApp();
  const dirty = useFilesStore((state) => state.dirty.size);
  const applying = useEditorStore((state) => state.applying);
  const reading = useEditorStore((state) => state.reading);
  const view = useEditorStore((state) => state.view);
  // Only to draw the undo button anew when the stack changes.
  useEditorStore((state) => state.undo.length);
  const key = commands.find('files.apply')?.keys?.[0];
  return (
    <div className="editor-apply-bar">
      {reading ? <Reading /> : <LastApply />}
      <span className="editor-apply-acts">
        <BarButton command="files.undoApply" icon="undo" />
        <BarButton command="files.showChanges" icon="changes" pressed={view === 'changes'} />
        <button
          type="button"
          className="button button-primary"
          aria-disabled={dirty === 0 || applying}
          aria-label={dirty === 0 ? 'Apply. What is written runs already.' : 'Apply'}
          {...(dirty === 0 ? { 'data-tip': 'What is written runs already' } : {})}
          data-testid="command-files.apply"
          onClick={() => commands.run('files.apply')}
        >
          {applying ? 'Applying …' : 'Apply'}
          {key !== undefined && <kbd>{describeKey(key)}</kbd>}
        </button>
      </span>
    </div>
  );
}
