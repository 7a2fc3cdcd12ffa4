import type { SourceFile } from '../../worker';
import { useFilesStore } from '../stores/files-store';
import { useScenarioStore } from '../stores/scenario-store';

/** All manifests as one stream, each under a comment with its name. */
export function joinManifests(files: readonly SourceFile[]): string {
  return files
    .filter((file) => file.text.trim() !== '')
    .map(({ path, text }) => {
      const body = text.replace(/^---[ \t]*\r?\n/, '');
      return `---\n# ${path}\n${body.endsWith('\n') ? body : `${body}\n`}`;
    })
    .join('');
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Everything in the editor as one file. */
export function downloadAll(): void {
  const id = useScenarioStore.getState().current?.id ?? 'meshwork';
  download(`${id}.yaml`, joinManifests(useFilesStore.getState().files));
}
