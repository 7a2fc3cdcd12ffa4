import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef } from 'react';
import { useApp } from '../../app-context';
import { useFilesStore } from '../../stores/files-store';
import { focusActiveTab } from '../leave-text';
import { commonOptions } from './editor-options';
import { YAML_LANGUAGE } from './languages';
import { models } from './models';
import { monaco } from './monaco';
import { ownKeys } from './own-keys';

/** What an apply would change in the active manifest; its right side is the manifest itself and can be written. */
export function ChangesView() {
  const { commands } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const diff = useRef<editor.IStandaloneDiffEditor>(undefined);
  const path = useFilesStore((state) => state.activePath);
  const running = useFilesStore((state) => state.applied.find((file) => file.path === state.activePath)?.text ?? '');

  useEffect(() => {
    if (host.current === null) return;
    const made = monaco.editor.createDiffEditor(host.current, {
      ...commonOptions(),
      renderSideBySide: false,
      ignoreTrimWhitespace: false,
      originalEditable: false,
      renderOverviewRuler: false,
      renderMarginRevertIcon: false,
      renderGutterMenu: false,
      diffWordWrap: 'off',
      hideUnchangedRegions: { enabled: true, contextLineCount: 3, minimumLineCount: 6 },
    });
    // Given as options of the pair, the names are lost when the pair sets itself up.
    made.getOriginalEditor().updateOptions({ ariaLabel: 'What runs' });
    made.getModifiedEditor().updateOptions({ ariaLabel: 'What is written' });
    diff.current = made;
    const releaseKeys = ownKeys(host.current, commands, focusActiveTab);
    return () => {
      releaseKeys();
      diff.current = undefined;
      made.dispose();
    };
  }, [commands]);

  useEffect(() => {
    const modified = path === undefined ? undefined : models.get(path);
    if (diff.current === undefined || modified === undefined) return;
    const original = monaco.editor.createModel(running, YAML_LANGUAGE, monaco.Uri.parse(`running:/${path}`));
    diff.current.setModel({ original, modified });
    return () => {
      // Gone already when the whole view goes.
      diff.current?.setModel(null);
      original.dispose();
    };
  }, [path, running]);

  return <div ref={host} className="editor-code" data-testid="editor-changes" />;
}
