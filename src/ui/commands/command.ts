/** Every act of the user as data: buttons, keys, palette, help and tests all read the same list. */
export interface Command {
  /** Stable, `group.verb`: `transport.play`. */
  readonly id: string;
  /** Sentence case, starts with a verb. */
  readonly label: string;
  readonly group: CommandGroup;
  /** In the notation of tinykeys: `$mod+KeyK`, `Space`. A list: any of them. */
  readonly keys?: readonly string[];
  /** Works while typing in an input or the editor too. */
  readonly whileTyping?: boolean;
  /** Further words that find it in the palette. */
  readonly keywords?: string;
  /** Absent: always. A command that cannot run now is not offered and its key does nothing. */
  when?(): boolean;
  run(): void | Promise<void>;
}

export type CommandGroup = 'Run' | 'View' | 'Break and mend' | 'Cluster' | 'Files' | 'Scenario' | 'Help';

export interface CommandRegistry {
  readonly all: readonly Command[];
  find(id: string): Command | undefined;
  /** Runs a command if it may run now; true when it did. Failures become a message, never a rejection. */
  run(id: string): boolean;
}

/** Builds the registry from one list. Two commands with one id or one key are a bug of ours and throw. */
export function createRegistry(all: readonly Command[], onError: (error: unknown) => void): CommandRegistry {
  const byId = new Map<string, Command>();
  const keys = new Map<string, string>();
  for (const command of all) {
    if (byId.has(command.id)) throw new Error(`Two commands have the id ${command.id}`);
    byId.set(command.id, command);
    for (const key of command.keys ?? []) {
      const other = keys.get(key);
      if (other !== undefined) throw new Error(`${command.id} and ${other} share the key ${key}`);
      keys.set(key, command.id);
    }
  }
  return {
    all,
    find: (id) => byId.get(id),
    run(id) {
      const command = byId.get(id);
      if (command === undefined || !(command.when?.() ?? true)) return false;
      try {
        const done = command.run();
        if (done instanceof Promise) done.catch(onError);
      } catch (error) {
        onError(error);
      }
      return true;
    },
  };
}
