import type { editor } from 'monaco-editor/editor';
import { editFile, useFilesStore } from '../../stores/files-store';
import { PLAIN_BRACKETS } from './editor-options';
import { PLAIN_LANGUAGE, YAML_LANGUAGE } from './languages';
import { monaco } from './monaco';
import { isServed } from './text-limits';

/** A change that adds so much may change whether the text is still worth reading for the YAML service. */
const LARGE_INSERT = 2_000;

/**
 * The editor's model of every tab, kept equal to the store: what is typed goes to the store, what the store gets from
 * elsewhere (revert, undo, dropped files) goes to the model as an edit that the editor itself can undo.
 */
class Models {
  readonly #models = new Map<string, editor.ITextModel>();
  /** The store's text that each model stands for; a model's own may differ from it in its line ends. */
  readonly #texts = new Map<string, string>();
  readonly #held = new Set<editor.ITextModel>();

  /** The model of a tab, made when it is asked for first; undefined when there is no such tab. */
  get(path: string): editor.ITextModel | undefined {
    const known = this.#models.get(path);
    if (known !== undefined) return known;
    const file = useFilesStore.getState().files.find((candidate) => candidate.path === path);
    return file === undefined ? undefined : this.#create(path, file.text);
  }

  /** Models that exist, by path. */
  get all(): ReadonlyMap<string, editor.ITextModel> {
    return this.#models;
  }

  /** Keeps a model's changes from the store until the returned function is called. */
  hold(model: editor.ITextModel): () => void {
    this.#held.add(model);
    return () => {
      this.#held.delete(model);
      const path = [...this.#models].find(([, candidate]) => candidate === model)?.[0];
      if (path !== undefined) this.#typed(path, model, true);
    };
  }

  /** Brings models in line with the store. */
  sync(): void {
    const { files } = useFilesStore.getState();
    const texts = new Map(files.map((file) => [file.path, file.text]));
    for (const [path, model] of this.#models) {
      const text = texts.get(path);
      if (text === undefined) {
        this.#models.delete(path);
        this.#texts.delete(path);
        model.dispose();
      } else if (text !== this.#texts.get(path) && !this.#held.has(model)) {
        this.#replace(model, text);
      }
    }
  }

  #create(path: string, text: string): editor.ITextModel {
    const uri = monaco.Uri.from({ scheme: 'file', path: `/mesh/${path}` });
    const model = monaco.editor.createModel(text, isServed(text) ? YAML_LANGUAGE : PLAIN_LANGUAGE, uri);
    model.updateOptions({ tabSize: 2, insertSpaces: true, bracketColorizationOptions: PLAIN_BRACKETS });
    model.onDidChangeContent((event) => {
      if (this.#held.has(model)) return;
      const large = event.changes.some(
        (change) => change.text.length > LARGE_INSERT || change.rangeLength > LARGE_INSERT,
      );
      this.#typed(path, model, large);
    });
    this.#models.set(path, model);
    this.#texts.set(path, text);
    return model;
  }

  #typed(path: string, model: editor.ITextModel, large: boolean): void {
    const text = model.getValue();
    if (large) monaco.editor.setModelLanguage(model, isServed(text) ? YAML_LANGUAGE : PLAIN_LANGUAGE);
    this.#texts.set(path, text);
    editFile(path, text);
  }

  #replace(model: editor.ITextModel, text: string): void {
    model.pushStackElement();
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
    model.pushStackElement();
  }
}

export const models = new Models();

useFilesStore.subscribe((state, before) => {
  if (state.files !== before.files) models.sync();
});
