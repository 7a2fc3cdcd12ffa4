import { describeProxyConfig, isProxyConfigPart, PROXY_CONFIG_PARTS } from '../session';
import { parseArguments } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { openSession, scenarioFrom } from './open';
import { UsageError } from './usage-error';
import { podOfWorkload } from './workload';

const USAGE = `meshwork compile PATH... --proxy WORKLOAD [--as listeners|routes|clusters|endpoints] [--json]

Prints what the control plane would push to the proxy of a workload, as Envoy JSON.

  --proxy WORKLOAD   name or namespace/name
  --as PART          one part only; all of them otherwise
  --json             one line of JSON`;

function run(argv: readonly string[], { output, cwd }: CommandContext): number {
  const options = parseArguments(argv, { values: ['proxy', 'as'], switches: ['json'] });
  const proxy = options.value('proxy');
  if (proxy === undefined) throw new UsageError('--proxy WORKLOAD is missing');
  const as = options.value('as');
  if (as !== undefined && !isProxyConfigPart(as))
    throw new UsageError(`--as wants one of ${PROXY_CONFIG_PARTS.join(', ')}; it reads "${as}"`);
  const session = openSession(scenarioFrom(options.paths, undefined, cwd), output);
  if (session === undefined) return 1;
  const pod = podOfWorkload(session, proxy);
  const config = describeProxyConfig(session, pod);
  if (config === undefined) {
    output.err(`${proxy} runs no proxy`);
    return 1;
  }
  const shown = as === undefined ? config : config[as];
  output.out(options.has('json') ? JSON.stringify(shown) : JSON.stringify(shown, null, 2));
  return 0;
}

export const COMPILE: CliCommand = {
  name: 'compile',
  summary: 'print the configuration of a proxy',
  usage: USAGE,
  run,
};
