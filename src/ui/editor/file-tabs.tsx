import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from 'react';
import { useApp } from '../app-context';
import { activateFile, useFilesStore } from '../stores/files-store';
import { EditorIcon } from './editor-icon';
import { useEditorStore } from './editor-store';
import { closeFile, startRenaming } from './file-actions';
import { FilesMenu } from './files-menu';
import { EDITOR_PANEL_ID, focusActiveTab, tabId } from './leave-text';
import { RenameField } from './rename-field';

/** Worst finding of each file that has one. */
function useWorst(): ReadonlyMap<string, 'error' | 'warning'> {
  const diagnostics = useFilesStore((state) => state.diagnostics);
  const worst = new Map<string, 'error' | 'warning'>();
  for (const { file, severity } of diagnostics) {
    if (file === undefined || severity === 'info' || worst.get(file) === 'error') continue;
    worst.set(file, severity);
  }
  return worst;
}

interface TabProps {
  readonly path: string;
  readonly current: boolean;
  readonly dirty: boolean;
  readonly worst: 'error' | 'warning' | undefined;
}

function nameOf({ path, dirty, worst }: TabProps): string {
  const notes = [dirty ? 'changed, not applied' : '', worst === undefined ? '' : `has ${worst}s`].filter(Boolean);
  return [path, ...notes].join(', ');
}

function Tab(props: TabProps) {
  const { path, current, dirty, worst } = props;
  const click = (event: MouseEvent): void => {
    // A pointer can close a tab by its cross; the keyboard has Delete, and readers the menu.
    if (event.target instanceof Element && event.target.closest('[data-close]') !== null) closeFile(path);
    else activateFile(path);
  };
  return (
    <button
      type="button"
      role="tab"
      id={tabId(path)}
      aria-selected={current}
      aria-controls={current ? EDITOR_PANEL_ID : undefined}
      aria-label={nameOf(props)}
      tabIndex={current ? 0 : -1}
      className={`editor-tab${current ? ' is-current' : ''}`}
      title={path}
      onClick={click}
      onAuxClick={(event) => event.button === 1 && closeFile(path)}
      onDoubleClick={startRenaming}
    >
      {worst !== undefined && (
        <span className={`editor-tab-${worst}`}>
          <EditorIcon name={worst} />
        </span>
      )}
      <span className="editor-tab-name">{path}</span>
      {dirty && <span className="editor-dot" />}
      {current && (
        <span className="editor-tab-close" data-close="">
          <EditorIcon name="close" />
        </span>
      )}
    </button>
  );
}

function move(event: KeyboardEvent, paths: readonly string[], active: string | undefined): void {
  if (active === undefined) return;
  const at = paths.indexOf(active);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: paths.length - 1 }[event.key];
  const next = to === undefined ? undefined : paths[(to + paths.length) % paths.length];
  if (next !== undefined) {
    activateFile(next);
    document.getElementById(tabId(next))?.focus();
  } else if (event.key === 'Delete') {
    closeFile(active);
    requestAnimationFrame(focusActiveTab);
  } else if (event.key === 'F2') {
    startRenaming();
  } else {
    return;
  }
  event.preventDefault();
}

/** One tab for every manifest. */
export function FileTabs() {
  const { commands } = useApp();
  const files = useFilesStore((state) => state.files);
  const dirty = useFilesStore((state) => state.dirty);
  const active = useFilesStore((state) => state.activePath);
  const renaming = useEditorStore((state) => state.renaming);
  const worst = useWorst();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active === undefined) return;
    document.getElementById(tabId(active))?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  const paths = files.map((file) => file.path);
  return (
    <div className="editor-tabs">
      {renaming !== undefined && paths.includes(renaming) ? (
        <RenameField path={renaming} />
      ) : (
        <div
          ref={row}
          className="editor-tab-row"
          role="tablist"
          aria-label="Manifests"
          onKeyDown={(event) => move(event, paths, active)}
        >
          {paths.map((path) => (
            <Tab key={path} path={path} current={path === active} dirty={dirty.has(path)} worst={worst.get(path)} />
          ))}
        </div>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Add a manifest"
        data-tip="Add a manifest"
        data-testid="editor-add"
        onClick={() => commands.run('files.new')}
      >
        <EditorIcon name="plus" />
      </button>
      <FilesMenu />
    </div>
  );
}
