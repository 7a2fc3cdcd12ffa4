import type { CommandRegistry } from '../../commands/command';

/** Keys of the page that the editor would take for the start of a chord or for its own. */
const RESERVED: readonly { readonly code: string; readonly command: string }[] = [
  { code: 'KeyK', command: 'help.palette' },
];

/** Gives the page's keys to the page before the editor sees them; returns the way to stop. */
export function ownKeys(host: HTMLElement, commands: CommandRegistry): () => void {
  const take = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const own = RESERVED.find(({ code }) => code === event.code);
    if (own === undefined || !commands.run(own.command)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  host.addEventListener('keydown', take, { capture: true });
  return () => host.removeEventListener('keydown', take, { capture: true });
}
