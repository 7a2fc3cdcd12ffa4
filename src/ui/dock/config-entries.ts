/** An entry of a list that is printed as JSON, and the line it starts on. */
export interface ConfigEntry {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

const NAME = /^ {4}"(?:name|clusterName|cluster_name)": "(.*)",?$/;
const FIRST = /^ {2}\{$/;

/**
 * Entries of a JSON list printed with an indentation of two: the lines are read as text, since parsing megabytes again only
 * to find names would hold the page up. An entry without a name counts as such.
 */
export function listEntries(json: string): readonly ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  let line = 0;
  let open: number | undefined;
  for (const text of json.split('\n')) {
    line += 1;
    if (FIRST.test(text)) {
      if (open !== undefined) entries.push({ name: '(no name)', line: open });
      open = line;
    } else if (open !== undefined) {
      const name = NAME.exec(text)?.[1];
      if (name !== undefined) {
        entries.push({ name, line: open });
        open = undefined;
      }
    }
  }
  if (open !== undefined) entries.push({ name: '(no name)', line: open });
  return entries;
}
