import { exp, type Ns } from '../../../../base';
import type { HostColumns } from './contract';

export interface PeakEwmaOptions {
  /** Estimate of a host that has not answered yet. */
  readonly defaultRttNs: Ns;
  /** Time in which an old estimate loses all but 1/e of its weight. */
  readonly decayNs: Ns;
}

function decayed(columns: HostColumns, host: number, nowNs: Ns, options: PeakEwmaOptions): number {
  const estimate = columns.rttEwmaNs[host] ?? 0;
  if (estimate === 0) return options.defaultRttNs;
  return estimate * exp(-(nowNs - (columns.rttUpdatedNs[host] ?? nowNs)) / options.decayNs);
}

/** Expected wait at a host: its decayed latency estimate times the requests that would be in line. */
// tower-rs/tower tower/src/load/peak_ewma.rs PeakEwma::load
export function peakEwmaCost(columns: HostColumns, host: number, nowNs: Ns, options: PeakEwmaOptions): number {
  return decayed(columns, host, nowNs, options) * ((columns.activeRequests[host] ?? 0) + 1);
}

/** Notes a response time: a slower one counts at once, a faster one pulls the estimate down over the decay time. */
// tower-rs/tower tower/src/load/peak_ewma.rs RttEstimate::update
export function updatePeakEwma(
  columns: HostColumns,
  host: number,
  sample: { readonly rttNs: Ns; readonly nowNs: Ns },
  options: PeakEwmaOptions,
): void {
  const estimate = columns.rttEwmaNs[host] ?? 0;
  const previous = estimate === 0 ? options.defaultRttNs : estimate;
  const elapsedNs = sample.nowNs - (columns.rttUpdatedNs[host] ?? sample.nowNs);
  const keep = exp(-elapsedNs / options.decayNs);
  columns.rttEwmaNs[host] = sample.rttNs > previous ? sample.rttNs : previous * keep + sample.rttNs * (1 - keep);
  columns.rttUpdatedNs[host] = sample.nowNs;
}
