import { tinykeys } from 'tinykeys';
import type { Command, CommandRegistry } from './command';

/** Keys belong to the text while the focus is in something that takes text, and to a control that uses them itself. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('.monaco-editor') !== null) return true;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Space and Enter press the control that has the focus. */
function pressesControl(event: KeyboardEvent): boolean {
  if (event.key !== ' ' && event.key !== 'Enter') return false;
  return (
    event.target instanceof HTMLElement && event.target.closest('button, a, input, [role="tab"], summary') !== null
  );
}

function isBlocked(event: KeyboardEvent, command: Command): boolean {
  if (event.defaultPrevented) return true;
  const inDialog = event.target instanceof HTMLElement && event.target.closest('dialog.dialog') !== null;
  if (inDialog) return true;
  return command.whileTyping !== true && (isTyping(event.target) || pressesControl(event));
}

/** Binds every command's keys to the window; returns the way to unbind them. */
export function bindKeys(registry: CommandRegistry, target: Window | HTMLElement = window): () => void {
  const bindings = Object.fromEntries(
    registry.all.flatMap((command) =>
      (command.keys ?? []).map((key) => [
        key,
        (event: KeyboardEvent) => {
          if (isBlocked(event, command)) return;
          if (registry.run(command.id)) event.preventDefault();
        },
      ]),
    ),
  );
  return tinykeys(target, bindings, { ignore: () => false });
}

const NAMES: Readonly<Record<string, string>> = {
  Space: 'Space',
  Escape: 'Esc',
  Period: '.',
  Comma: ',',
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
  Equal: '+',
  Minus: '−',
  ArrowLeft: '←',
  ArrowRight: '→',
};

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');
}

/** How a key is written on a button: `$mod+KeyK` is Ctrl K, or ⌘ K on Apple's keyboards. */
export function describeKey(key: string): string {
  return key
    .split('+')
    .map((part) => {
      if (part === '$mod') return isApple() ? '⌘' : 'Ctrl';
      return NAMES[part] ?? part.replace(/^(?:Key|Digit)/, '');
    })
    .join(' ');
}
