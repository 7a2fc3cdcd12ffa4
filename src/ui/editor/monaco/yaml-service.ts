import { configureMonacoYaml } from 'monaco-yaml';
import type { JsonSchema } from '../../../worker';
import { monaco } from './monaco';

/** What the YAML service hands over when it wants its worker. */
interface WorkerRequest {
  readonly createData?: unknown;
  readonly host?: Record<string, (...args: never[]) => unknown>;
}

/** The service asks for its worker as editors before 0.54 wanted to be asked. */
function createWebWorker(request: WorkerRequest) {
  const worker = new Worker(new URL('./yaml.worker.ts', import.meta.url), { type: 'module', name: 'yaml' });
  // The start handshake of the editor's own language workers: a greeting, then the settings.
  worker.postMessage('ignore');
  worker.postMessage(request.createData);
  return monaco.editor.createWebWorker({
    worker,
    ...(request.host === undefined ? {} : { host: request.host }),
  });
}

/**
 * Completion and hover from the kinds' schemas. Its own findings are off: the session's say the same in better words,
 * and once.
 */
export function startYamlService(schema: JsonSchema): void {
  configureMonacoYaml(
    { ...monaco, editor: { ...monaco.editor, createWebWorker } },
    {
      isKubernetes: true,
      validate: false,
      hoverSchemaSource: false,
      enableSchemaRequest: false,
      format: { enable: true, printWidth: 120, singleQuote: false },
      schemas: [{ uri: 'meshwork://manifests', fileMatch: ['**/*'], schema }],
    },
  );
}
