import { writeFileSync } from 'node:fs';

/**
 * Writes the tally to the file that `--report=` names, if it does.
 * @param {readonly string[]} argv
 * @param {{ passed: number, failed: number }} tally
 */
export function writeReport(argv, tally) {
  const option = argv.find((argument) => argument.startsWith('--report='));
  if (option !== undefined) writeFileSync(option.slice('--report='.length), JSON.stringify(tally));
}
