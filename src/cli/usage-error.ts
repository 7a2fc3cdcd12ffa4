/** Wrong use of the command line: one clear line, exit code 2. */
export class UsageError extends Error {}
