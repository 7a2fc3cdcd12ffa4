import type { RetryHostPredicate } from '../../../xds';
import type { HostTable } from './load-balancing/host-table';

/** Whether the predicate sends a retry on to another host. */
// envoyproxy/envoy source/extensions/retry/host/{previous_hosts,omit_canary_hosts,omit_host_metadata}
function rejects(predicate: RetryHostPredicate, table: HostTable, host: number, attempted: readonly number[]): boolean {
  switch (predicate.kind) {
    case 'previousHosts':
      return attempted.includes(host);
    case 'omitCanaryHosts':
      return table.metadata[host]?.['canary'] === 'true';
    case 'omitHostMetadata': {
      const criteria = Object.entries(predicate.metadata);
      const metadata = table.metadata[host] ?? {};
      return criteria.length > 0 && criteria.every(([name, value]) => metadata[name] === value);
    }
    case 'opaque':
      return false;
  }
}

/** Whether a retry should not go to `host`; `attempted` are the hosts of earlier tries, also of those whose connection failed. */
// envoyproxy/envoy source/common/router/retry_state_impl.h RetryStateImpl::shouldSelectAnotherHost
export function rejectsRetryHost(
  predicates: readonly RetryHostPredicate[],
  table: HostTable,
  host: number,
  attempted: readonly number[],
): boolean {
  for (const predicate of predicates) {
    if (rejects(predicate, table, host, attempted)) return true;
  }
  return false;
}
