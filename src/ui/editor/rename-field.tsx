import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useFilesStore } from '../stores/files-store';
import { useEditorStore } from './editor-store';
import { renameFile, whyNotName } from './file-actions';

/** The name of a tab while it is being written. */
export function RenameField({ path }: { readonly path: string }) {
  const [name, setName] = useState(path);
  const files = useFilesStore((state) => state.files);
  const field = useRef<HTMLInputElement>(null);
  const messageId = useId();
  const problem = whyNotName(
    name,
    path,
    files.map((file) => file.path),
  );
  useEffect(() => {
    field.current?.focus();
    const dot = path.lastIndexOf('.');
    field.current?.setSelectionRange(0, dot > 0 ? dot : path.length);
  }, [path]);
  const stop = (): void => useEditorStore.setState({ renaming: undefined });
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') renameFile(path, name);
    else if (event.key === 'Escape') stop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="editor-rename">
      <input
        ref={field}
        type="text"
        aria-label={`New name of ${path}`}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : messageId}
        value={name}
        spellCheck={false}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={handleKey}
        onBlur={() => renameFile(path, name) || stop()}
      />
      {problem !== undefined && (
        <span id={messageId} role="alert" className="tone-bad">
          {problem}
        </span>
      )}
    </div>
  );
}
