// Every connection manager and TCP proxy writes the fields that are compared, in the same format on both sides.
import { type FilterChain, fileAccessLog, type NetworkFilter, type XdsSnapshot } from '../../src/xds';
import { LOG_FORMAT, type LogLine, type Scenario } from './contract';

/** The snapshot with the judge's log in place of its own; `proxy` is `client` or the name of a pod. */
export function withJudgeLog(snapshot: XdsSnapshot, scenario: Scenario, proxy: string, path: string): XdsSnapshot {
  const format = { ...LOG_FORMAT, ...scenario.log, scenario: scenario.name, proxy };
  const accessLog = [fileAccessLog({ path, jsonFormat: format })];
  const filterOf = (filter: NetworkFilter): NetworkFilter => {
    if (filter.kind === 'httpConnectionManager') return { ...filter, hcm: { ...filter.hcm, accessLog } };
    return filter.kind === 'tcpProxy' ? { ...filter, tcpProxy: { ...filter.tcpProxy, accessLog } } : filter;
  };
  const chainOf = (chain: FilterChain): FilterChain => ({ ...chain, filters: chain.filters.map(filterOf) });
  return {
    ...snapshot,
    listeners: snapshot.listeners.map((listener) => ({
      ...listener,
      accessLog: [],
      filterChains: listener.filterChains.map(chainOf),
      ...(listener.defaultFilterChain === undefined
        ? {}
        : { defaultFilterChain: chainOf(listener.defaultFilterChain) }),
    })),
  };
}

/** A line as texts; what a proxy has no value for is "". */
export function parseLine(text: string): LogLine {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`not a line of the judge's log: ${text}`);
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => [key, value === null || value === '-' ? '' : String(value)]),
  );
}

/** Lines by request and proxy. A proxy that served a request several times has further lines under `proxy 2`, `proxy 3` ... */
export class LineBook {
  readonly #lines = new Map<string, Record<string, LogLine>>();

  add(id: string, proxy: string, line: LogLine): void {
    const lines = this.#lines.get(id) ?? {};
    this.#lines.set(id, lines);
    let name = proxy;
    for (let count = 2; lines[name] !== undefined; count++) name = `${proxy} ${count}`;
    lines[name] = line;
  }

  of(id: string): Readonly<Record<string, LogLine>> {
    return this.#lines.get(id) ?? {};
  }

  get size(): number {
    return [...this.#lines.values()].reduce((sum, lines) => sum + Object.keys(lines).length, 0);
  }
}
