// The command line's entry: bin/meshwork.mjs bundles this file and calls `main`.

const USAGE = `meshwork: run, explain and check a service mesh from its manifests

Usage: meshwork <command> [options]
`;

/** Runs the command line and returns the exit code: 0 success, 1 findings, 2 wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === '--help') {
    process.stdout.write(USAGE);
    return 0;
  }
  process.stderr.write(`meshwork: unknown command ${JSON.stringify(argv[0])}; try --help\n`);
  return 2;
}
