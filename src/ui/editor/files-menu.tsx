import { Fragment, useEffect, useId, useRef } from 'react';
import { useApp } from '../app-context';
import type { Command } from '../commands/command';
import { describeKey } from '../commands/keys';
import { usePopup, walkMenu } from '../parts/popup';
import { activateFile, useFilesStore } from '../stores/files-store';
import { EditorIcon } from './editor-icon';

/** Commands of the menu, in groups. */
const GROUPS: readonly (readonly string[])[] = [
  ['files.rename', 'files.close', 'files.revert'],
  ['files.showChanges', 'files.revertAll', 'files.undoApply'],
  ['files.open', 'files.download', 'files.startOver'],
];

/** Everything that can be done with manifests, and all of them by name. */
export function FilesMenu() {
  const { open, root, setOpen, shut } = usePopup();
  const id = useId();
  return (
    <div ref={root} className="menu">
      <button
        type="button"
        className="icon-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label="Manifests and what can be done with them"
        data-tip={open ? '' : 'More'}
        data-testid="editor-menu"
        onClick={() => setOpen(!open)}
      >
        <EditorIcon name="more" />
      </button>
      {open && <MenuList id={id} shut={shut} />}
    </div>
  );
}

function CommandItem({ command, act }: { readonly command: Command; act(run: () => void): void }) {
  const { commands } = useApp();
  const key = command.keys?.[0];
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className="editor-menu-item"
      onClick={() => act(() => commands.run(command.id))}
    >
      {command.label}
      {key !== undefined && <kbd>{describeKey(key)}</kbd>}
    </button>
  );
}

function useOffered(): readonly (readonly Command[])[] {
  const { commands } = useApp();
  const groups = GROUPS.map((group) =>
    group.flatMap((id) => {
      const command = commands.find(id);
      return command !== undefined && (command.when?.() ?? true) ? [command] : [];
    }),
  );
  return groups.filter((group) => group.length > 0);
}

function MenuList({ id, shut }: { readonly id: string; shut(): void }) {
  const files = useFilesStore((state) => state.files);
  const active = useFilesStore((state) => state.activePath);
  const offered = useOffered();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector('button')?.focus(), []);
  const act = (run: () => void): void => {
    shut();
    run();
  };
  return (
    <div
      ref={list}
      id={id}
      className="menu-list popover editor-menu-list"
      role="menu"
      aria-label="Manifests"
      tabIndex={-1}
      onKeyDown={(event) => walkMenu(event, list.current, shut)}
    >
      {offered.map((group) => (
        <Fragment key={group[0]?.id}>
          {group.map((command) => (
            <CommandItem key={command.id} command={command} act={act} />
          ))}
          <hr className="editor-menu-line" />
        </Fragment>
      ))}
      {files.map(({ path }) => (
        <button
          key={path}
          type="button"
          role="menuitemradio"
          aria-checked={path === active}
          tabIndex={-1}
          className="editor-menu-item mono"
          onClick={() => act(() => activateFile(path))}
        >
          {path}
        </button>
      ))}
    </div>
  );
}
