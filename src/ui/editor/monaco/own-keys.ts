import type { CommandRegistry } from '../../commands/command';

/** Keys of the page that the editor would take for the start of a chord. */
const RESERVED: readonly { readonly code: string; readonly command: string }[] = [
  { code: 'KeyK', command: 'help.palette' },
];

/**
 * Gives the page's keys to the page before the editor sees them, and lets Escape lead out of the text when there is
 * nothing in the editor to close: Tab belongs to the text. Returns the way to stop.
 */
export function ownKeys(host: HTMLElement, commands: CommandRegistry, leave: () => void): () => void {
  const take = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const own = RESERVED.find(({ code }) => code === event.code);
    if (own === undefined || !commands.run(own.command)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leaveOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  host.addEventListener('keydown', take, { capture: true });
  host.addEventListener('keydown', leaveOnEscape);
  return () => {
    host.removeEventListener('keydown', take, { capture: true });
    host.removeEventListener('keydown', leaveOnEscape);
  };
}
