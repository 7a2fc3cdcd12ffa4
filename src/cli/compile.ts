import { describeProxyConfig, isProxyConfigPart, PROXY_CONFIG_PARTS, type Session } from '../session';
import { type JsonValue, toEnvoyBootstrap } from '../xds';
import { parseArguments } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { openSession, scenarioFrom } from './open';
import type { Output } from './output';
import { UsageError } from './usage-error';
import { podOfWorkload } from './workload';

const USAGE = `meshwork compile PATH... --proxy WORKLOAD [--as listeners|routes|clusters|endpoints|envoy] [--json]

Prints what the control plane would push to the proxy of a workload, as Envoy JSON.

  --proxy WORKLOAD   name or namespace/name
  --as PART          one part only; all of them otherwise
  --as envoy         one bootstrap file that a stock Envoy starts with; what it leaves out is named on the error stream
  --json             one line of JSON`;

const BOOTSTRAP = 'envoy';

function run(argv: readonly string[], { output, cwd }: CommandContext): number {
  const options = parseArguments(argv, { values: ['proxy', 'as'], switches: ['json'] });
  const proxy = options.value('proxy');
  if (proxy === undefined) throw new UsageError('--proxy WORKLOAD is missing');
  const as = options.value('as');
  if (as !== undefined && as !== BOOTSTRAP && !isProxyConfigPart(as))
    throw new UsageError(`--as wants one of ${[...PROXY_CONFIG_PARTS, BOOTSTRAP].join(', ')}; it reads "${as}"`);
  const session = openSession(scenarioFrom(options.paths, undefined, cwd), output);
  if (session === undefined) return 1;
  const pod = podOfWorkload(session, proxy);
  const shown = as === BOOTSTRAP ? bootstrapOf(session, pod, output) : partsOf(session, pod, as);
  if (shown === undefined) {
    output.err(`${proxy} runs no proxy`);
    return 1;
  }
  output.out(options.has('json') ? JSON.stringify(shown) : JSON.stringify(shown, null, 2));
  return 0;
}

function partsOf(session: Session, pod: string, as: string | undefined): unknown {
  const config = describeProxyConfig(session, pod);
  return as !== undefined && isProxyConfigPart(as) ? config?.[as] : config;
}

function bootstrapOf(session: Session, pod: string, output: Output): JsonValue | undefined {
  const snapshot = session.cluster.snapshotFor(pod);
  if (snapshot === undefined) return undefined;
  const { bootstrap, omissions } = toEnvoyBootstrap(snapshot);
  for (const omission of omissions) output.err(`left out: ${omission}`);
  return bootstrap;
}

export const COMPILE: CliCommand = {
  name: 'compile',
  summary: 'print the configuration of a proxy',
  usage: USAGE,
  run,
};
