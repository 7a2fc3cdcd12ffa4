/** What the editor's chunk offers to the panel. */
export { ChangesView } from './changes-view';
export { CodeEditor } from './code-editor';
export { applyFix } from './markers';
