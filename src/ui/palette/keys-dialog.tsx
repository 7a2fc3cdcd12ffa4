import './palette.css';
import { useApp } from '../app-context';
import type { Command } from '../commands/command';
import { describeKey } from '../commands/keys';
import { Icon } from '../parts/icon';
import { closeDialog } from '../stores/dialog-store';
import { Dialog } from './dialog';

const GRAPH_KEYS: readonly (readonly [string, string])[] = [
  ['Tab', 'Next card, in reading order'],
  ['← →', 'From a card along its edges, and on to the next card'],
  ['↑ ↓', 'Between cards of a column, or edges of a side'],
  ['Enter', 'Inspect the card or the edge'],
  ['Esc', 'Close, then deselect'],
];

/** All keys, from the same list that binds them. */
export default function KeysDialog() {
  const { commands } = useApp();
  const bound = commands.all.filter((command) => command.keys !== undefined && command.id !== 'view.back');
  const groups = [...new Set(bound.map((command) => command.group))];
  return (
    <Dialog label="Keyboard" className="keys-dialog">
      <div className="keys-head">
        <h2>Keyboard</h2>
        <button type="button" className="notice-close" aria-label="Close" onClick={closeDialog}>
          <Icon name="close" size="small" />
        </button>
      </div>
      <div className="keys-columns">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {bound
                .filter((command) => command.group === group)
                .map((command) => (
                  <KeyRow key={command.id} command={command} />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>On the graph</h3>
          <dl>
            {GRAPH_KEYS.map(([key, words]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

function KeyRow({ command }: { readonly command: Command }) {
  return (
    <div>
      <dt>
        {command.keys?.map((key) => (
          <kbd key={key}>{describeKey(key)}</kbd>
        ))}
      </dt>
      <dd>{command.label}</dd>
    </div>
  );
}
