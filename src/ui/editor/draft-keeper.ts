import type { SourceFile } from '../../worker';
import { useFilesStore } from '../stores/files-store';
import { toast } from '../stores/notices-store';
import { type Draft, deleteDraft, forgetLastWords, sameFiles, writeDraft, writeLastWords } from './drafts';

/** Wall time from a change to its place in the database. */
const DELAY_MS = 300;

/**
 * Writes the texts of the open scenario to the browser's database a moment after every change, and at once when the
 * page goes. What equals the scenario's own files is not worth a record.
 */
class DraftKeeper {
  #scenario: { readonly id: string; readonly files: readonly SourceFile[] } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #warned = false;

  /** The scenario whose texts are on the screen from now on, as it came. */
  open(id: string, files: readonly SourceFile[]): void {
    this.#scenario = { id, files };
  }

  /** The way back to the scenario that is open now; undefined when none is. */
  keep(): (() => void) | undefined {
    const scenario = this.#scenario;
    if (scenario === undefined) return undefined;
    return () => this.open(scenario.id, scenario.files);
  }

  /** Nothing is written until the next scenario is open: the texts on the screen are about to be replaced. */
  pause(): void {
    this.flush();
    this.#scenario = undefined;
  }

  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), DELAY_MS);
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write().catch(() => undefined);
  }

  /** The page is about to go, perhaps for ever. */
  leave(): void {
    if (this.#timer === undefined || this.#scenario === undefined) return;
    writeLastWords(this.#scenario.id, this.#draft());
    this.flush();
  }

  async #write(): Promise<void> {
    const scenario = this.#scenario;
    if (scenario === undefined) return;
    const { files, applied } = useFilesStore.getState();
    if (sameFiles(files, scenario.files) && sameFiles(applied, scenario.files)) {
      await deleteDraft(scenario.id);
      forgetLastWords();
      return;
    }
    if (await writeDraft(scenario.id, this.#draft())) forgetLastWords();
    else this.#warn();
  }

  #draft(): Draft {
    const { files, applied, activePath } = useFilesStore.getState();
    return { version: 1, files, applied, activePath: activePath ?? '' };
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    toast({
      tone: 'bad',
      title: 'Your texts are not saved',
      detail: 'This browser gives the page no storage. Download the manifests before you close it.',
    });
  }
}

export const draftKeeper = new DraftKeeper();

/** Keeps drafts while the page lives; returns the way to stop. */
export function startDraftKeeper(): () => void {
  const stopFiles = useFilesStore.subscribe((state, before) => {
    if (state.files !== before.files || state.applied !== before.applied) draftKeeper.changed();
  });
  const leave = (): void => draftKeeper.leave();
  const hide = (): void => {
    if (document.visibilityState === 'hidden') draftKeeper.leave();
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', hide);
  return () => {
    stopFiles();
    window.removeEventListener('pagehide', leave);
    document.removeEventListener('visibilitychange', hide);
    draftKeeper.flush();
  };
}
