import './palette.css';
import { Command as Palette } from 'cmdk';
import { useMemo } from 'react';
import { useApp } from '../app-context';
import type { Command } from '../commands/command';
import { describeKey } from '../commands/keys';
import { closeDialog } from '../stores/dialog-store';
import { Dialog } from './dialog';
import { matchCommand } from './match';

function groupsOf(commands: readonly Command[]): readonly (readonly [string, readonly Command[]])[] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    if (command.id === 'help.palette' || command.id === 'view.back' || !(command.when?.() ?? true)) continue;
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  return [...groups];
}

/** Parts the label from the id, which only makes equal labels distinct. */
const ID_MARK = ' | ';

function filter(value: string, typed: string, keywords: readonly string[] = []): number {
  return matchCommand(value.slice(0, value.lastIndexOf(ID_MARK)), keywords.join(' '), typed);
}

/** Every command by its words. */
export default function CommandPalette() {
  const { commands } = useApp();
  const groups = useMemo(() => groupsOf(commands.all), [commands]);
  const run = (id: string): void => {
    closeDialog();
    // The command runs when the dialog is gone and the focus is back.
    queueMicrotask(() => commands.run(id));
  };
  return (
    <Dialog label="Commands" className="command-palette">
      <Palette label="Commands" filter={filter}>
        <Palette.Input placeholder="Find a command" />
        <Palette.List>
          <Palette.Empty>No command has these words.</Palette.Empty>
          {groups.map(([group, members]) => (
            <Palette.Group key={group} heading={group}>
              {members.map((command) => (
                <Palette.Item
                  key={command.id}
                  value={`${command.label}${ID_MARK}${command.id}`}
                  keywords={command.keywords === undefined ? [] : [command.keywords]}
                  onSelect={() => run(command.id)}
                >
                  <span>{command.label}</span>
                  {command.keys?.[0] !== undefined && <kbd>{describeKey(command.keys[0])}</kbd>}
                </Palette.Item>
              ))}
            </Palette.Group>
          ))}
        </Palette.List>
      </Palette>
    </Dialog>
  );
}
