import { create } from 'zustand';
import { readStored, writeStored } from '../stores/persist';

/** What the user chose; `system` follows the operating system. */
export type ThemeChoice = 'dark' | 'light' | 'system';
export type Theme = 'dark' | 'light';

/** Also read by public/theme.js, which sets the theme before the first paint. */
const KEY = 'meshwork.theme';
const CHOICES: readonly ThemeChoice[] = ['system', 'dark', 'light'];

function decodeChoice(value: unknown): ThemeChoice | undefined {
  return CHOICES.find((choice) => choice === value);
}

function systemTheme(): Theme {
  return globalThis.matchMedia?.('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  setChoice(choice: ThemeChoice): void;
}

function resolve(choice: ThemeChoice): Theme {
  return choice === 'system' ? systemTheme() : choice;
}

const initialChoice = readStored(KEY, decodeChoice) ?? 'system';

export const useThemeStore = create<ThemeState>()((set) => ({
  choice: initialChoice,
  theme: resolve(initialChoice),
  setChoice(choice) {
    writeStored(KEY, choice);
    set({ choice, theme: resolve(choice) });
  },
}));

/** Keeps the document's attribute equal to the store, and the store equal to the system while the choice is `system`. */
export function startTheme(): () => void {
  const apply = (): void => {
    document.documentElement.dataset['theme'] = useThemeStore.getState().theme;
  };
  apply();
  const stop = useThemeStore.subscribe(apply);
  const query = globalThis.matchMedia?.('(prefers-color-scheme: light)');
  const follow = (): void => {
    const { choice } = useThemeStore.getState();
    if (choice === 'system') useThemeStore.setState({ theme: systemTheme() });
  };
  query?.addEventListener('change', follow);
  return () => {
    stop();
    query?.removeEventListener('change', follow);
  };
}

/** The next one in the order the toggle walks. */
export function nextChoice(choice: ThemeChoice): ThemeChoice {
  return CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'system';
}
