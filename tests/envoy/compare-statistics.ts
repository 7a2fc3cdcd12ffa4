// Counters by Envoy's names. The engine keeps a part of them; whatever it keeps must equal what Envoy counted.
import type { Comparison, SideResult } from './contract';

/** Not compared: bytes and sockets depend on headers and on how the load generator uses connections, gauges on the moment. */
const NEVER_COMPARED: readonly RegExp[] = [
  /_bytes_total$/,
  /^cluster\..*\.host\./,
  /\.membership_change$/,
  /^cluster\.inbound.*\.membership_/,
  /^http\..*\.downstream_cx_/,
  // The cluster that leads to the application of a pod has a fixed host in Envoy.
  /-inbound-.*\.membership_/,
  /_active$/,
  /_open$/,
  /\.downstream_rq_http[12]_total$/,
  /^listener\./,
];

/** Envoy writes some characters of names in its own way. */
function nameInEnvoy(name: string): string {
  return name.replaceAll(':', '_');
}

export function compareStatistics(
  { ignoredStatistics: ignored = [], clientOnly = false }: Comparison,
  { engine, envoy }: { readonly engine: SideResult; readonly envoy: SideResult },
): readonly string[] {
  const problems: string[] = [];
  for (const [proxy, real] of Object.entries(envoy.statistics)) {
    if (clientOnly && proxy !== 'client') continue;
    for (const [name, simulated] of Object.entries(engine.statistics[proxy] ?? {})) {
      if (NEVER_COMPARED.some((pattern) => pattern.test(name))) continue;
      if (ignored.some((suffix) => name.endsWith(suffix))) continue;
      const counted = real[nameInEnvoy(name)] ?? 0;
      if (counted !== simulated) problems.push(`${proxy}: ${name} is ${counted} in Envoy, ${simulated} in the engine`);
    }
  }
  return problems;
}
