// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRegistry } from './command';
import { bindKeys, describeKey } from './keys';

const runs = { plain: vi.fn(), typing: vi.fn() };
let unbind: () => void;

beforeEach(() => {
  runs.plain.mockClear();
  runs.typing.mockClear();
  const registry = createRegistry(
    [
      { id: 'a.plain', label: 'Plain', group: 'View', keys: ['KeyB', 'Space'], run: runs.plain },
      { id: 'a.typing', label: 'Typing', group: 'Files', keys: ['$mod+KeyS'], whileTyping: true, run: runs.typing },
    ],
    () => undefined,
  );
  unbind = bindKeys(registry);
});

afterEach(() => {
  unbind();
  document.body.innerHTML = '';
});

function press(html: string, init: KeyboardEventInit): KeyboardEvent {
  document.body.innerHTML = html;
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  (document.querySelector('#target') ?? document.body).dispatchEvent(event);
  return event;
}

const B = { key: 'b', code: 'KeyB' };
const SPACE = { key: ' ', code: 'Space' };
const SAVE = { key: 's', code: 'KeyS', ctrlKey: true };

test('a key runs its command and is used up', () => {
  expect(press('', B).defaultPrevented).toBe(true);
  expect(runs.plain).toHaveBeenCalledTimes(1);
});

test.each([
  ['an input', '<input id="target">'],
  ['a text area', '<textarea id="target"></textarea>'],
  ['the editor', '<div class="monaco-editor"><div id="target"></div></div>'],
  ['a modal dialog', '<dialog class="dialog"><button id="target"></button></dialog>'],
])('%s keeps its keys', (_name, html) => {
  expect(press(html, B).defaultPrevented).toBe(false);
  expect(runs.plain).not.toHaveBeenCalled();
});

test('commands meant for it run while typing', () => {
  press('<textarea id="target"></textarea>', SAVE);
  expect(runs.typing).toHaveBeenCalledTimes(1);
});

test('Space presses the button that has the focus', () => {
  press('<button id="target"></button>', SPACE);
  expect(runs.plain).not.toHaveBeenCalled();
  press('<input type="radio" id="target">', SPACE);
  expect(runs.plain).not.toHaveBeenCalled();
  press('<button id="target"></button>', B);
  expect(runs.plain).toHaveBeenCalledTimes(1);
});

test('a radio button and a popover let letters through', () => {
  press('<dialog open><input type="radio" id="target"></dialog>', B);
  expect(runs.plain).toHaveBeenCalledTimes(1);
});

test('keys are written as on the keyboard', () => {
  expect(describeKey('$mod+KeyK')).toBe('Ctrl K');
  expect(describeKey('BracketLeft')).toBe('[');
  expect(describeKey('Shift+?')).toBe('Shift ?');
});
