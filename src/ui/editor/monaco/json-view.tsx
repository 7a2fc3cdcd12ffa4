import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef } from 'react';
import { useApp } from '../../app-context';
import { commonOptions, PLAIN_BRACKETS } from './editor-options';
import { JSON_LANGUAGE } from './languages';
import { monaco } from './monaco';
import { ownKeys } from './own-keys';

interface JsonViewProps {
  readonly name: string;
  readonly text: string;
  /** 1-based line to show at the top; undefined leaves the scroll where it is. */
  readonly line: number | undefined;
}

/** A text to read and search in, not to write. */
export function JsonView({ name, text, line }: JsonViewProps) {
  const { commands } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<editor.IStandaloneCodeEditor>(undefined);

  useEffect(() => {
    if (host.current === null) return;
    const made = monaco.editor.create(host.current, {
      ...commonOptions(),
      value: '',
      language: JSON_LANGUAGE,
      readOnly: true,
      domReadOnly: true,
      lineHeight: 17,
      fontSize: 12,
      tabFocusMode: true,
      stickyScroll: { enabled: true, maxLineCount: 3 },
    });
    made.getModel()?.updateOptions({ bracketColorizationOptions: PLAIN_BRACKETS });
    view.current = made;
    const releaseKeys = ownKeys(host.current, commands, () => document.getElementById('dock-tab-proxy')?.focus());
    return () => {
      releaseKeys();
      view.current = undefined;
      made.getModel()?.dispose();
      made.dispose();
    };
  }, [commands]);

  useEffect(() => view.current?.updateOptions({ ariaLabel: name }), [name]);

  useEffect(() => {
    const model = view.current?.getModel();
    if (model && model.getValue() !== text) model.setValue(text);
  }, [text]);

  useEffect(() => {
    const made = view.current;
    if (made === undefined || line === undefined) return;
    made.setSelection({ startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 });
    made.setScrollTop(made.getTopForLineNumber(line));
  }, [line]);

  const search = (): void => {
    view.current?.focus();
    view.current?.trigger('search', 'actions.find', null);
  };
  return (
    <div className="json-view">
      <div ref={host} className="json-view-text" data-testid="json-view" />
      <button type="button" className="button button-small json-view-search" onClick={search}>
        Search
      </button>
    </div>
  );
}
