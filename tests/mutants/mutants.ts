// Deliberate slips in the data plane's rules. Each must be noticed by the suites named beside it: what nobody notices, nobody tests.

/** A text in a source file, replaced by one that means something else. */
export interface Mutant {
  readonly name: string;
  /** Path from the repository's root. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Who must notice: suites of `npm run conformance`, or the scenario of `npm run envoy`. */
  readonly conformance?: readonly string[];
  readonly envoy?: string;
}

const SEMANTICS = 'src/engine/proxy/semantics';
const BALANCING = `${SEMANTICS}/load-balancing`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'one retry more than num_retries',
    file: `${SEMANTICS}/retry-state.ts`,
    find: 'retriesRemaining: plan.numRetries,',
    replace: 'retriesRemaining: plan.numRetries + 1,',
    conformance: ['envoy-retry'],
  },
  {
    name: 'back-off jitter fills only the upper half of its window',
    file: `${SEMANTICS}/back-off.ts`,
    find: 'return random.nextU64Mod(window);',
    replace: 'return Math.floor(window / 2) + random.nextU64Mod(Math.ceil(window / 2));',
    conformance: ['envoy-retry'],
  },
  {
    name: 'back-off grows by its base instead of doubling',
    file: `${SEMANTICS}/back-off.ts`,
    find: 'window * 2 : maxIntervalMs',
    replace: 'window + 25 : maxIntervalMs',
    conformance: ['envoy-retry'],
  },
  {
    name: 'gateway-error forgets 502',
    file: `${SEMANTICS}/retry-state.ts`,
    find: 'RetryOn.GatewayError) !== 0 && status >= 502 && status < 505',
    replace: 'RetryOn.GatewayError) !== 0 && status > 502 && status < 505',
    envoy: 'retry-gateway-error',
  },
  {
    name: 'retriable-4xx takes every client error',
    file: `${SEMANTICS}/retry-state.ts`,
    find: 'RetryOn.Retriable4xx) !== 0 && status === 409',
    replace: 'RetryOn.Retriable4xx) !== 0 && status >= 400 && status < 500',
    conformance: ['envoy-retry'],
  },
  {
    name: 'connect-failure ignores refused connections',
    file: `${SEMANTICS}/retry-state.ts`,
    find: "reason === 'localConnectionFailure' || reason === 'remoteConnectionFailure' ||",
    replace: "reason === 'localConnectionFailure' ||",
    envoy: 'retry-connect-failure',
  },
  {
    name: 'overflow is retried',
    file: `${SEMANTICS}/retry-state.ts`,
    find: "if (reset.reason === 'overflow') return 'noRetry';",
    replace: '',
    conformance: ['envoy-retry'],
  },
  {
    name: 'the floor of a retry budget is its ceiling',
    file: `${SEMANTICS}/retry-state.ts`,
    find: 'return Math.max(share, budget.minRetryConcurrency);',
    replace: 'return Math.min(share, budget.minRetryConcurrency);',
    envoy: 'retry-budget',
  },
  {
    name: 'the predicate of previous hosts is missed',
    file: `${SEMANTICS}/retry-hosts.ts`,
    find: 'return attempted.includes(host);',
    replace: 'return false;',
    envoy: 'retry-previous-hosts',
  },
  {
    name: 'max ejection percent is compared with the hosts ejected before',
    file: `${SEMANTICS}/outlier-detection.ts`,
    find: 'const percent = (100 * (this.#ejectionsActive + 1)) / this.#hosts.length;',
    replace: 'const percent = (100 * this.#ejectionsActive) / this.#hosts.length;',
    envoy: 'outlier-maximum-percent',
  },
  {
    name: 'ejection time does not grow',
    file: `${SEMANTICS}/outlier-detection.ts`,
    find: 'Math.min(baseEjectionTimeMs * monitor.backOff, maxEjectionTimeMs)',
    replace: 'Math.min(baseEjectionTimeMs, maxEjectionTimeMs)',
    conformance: ['envoy-outlier'],
  },
  {
    name: 'a success leaves the run of gateway failures standing',
    file: `${SEMANTICS}/outlier-detection.ts`,
    find: '      monitor.consecutive5xx = 0;\n      monitor.consecutiveGatewayFailure = 0;\n      return;',
    replace: '      monitor.consecutive5xx = 0;\n      return;',
    conformance: ['envoy-outlier'],
  },
  {
    name: 'success rates judged by the sample deviation',
    file: `${SEMANTICS}/outlier-detection.ts`,
    find: '(rate - average) * (rate - average), 0) / rates.length;',
    replace: '(rate - average) * (rate - average), 0) / (rates.length - 1);',
    conformance: ['envoy-outlier'],
  },
  {
    name: 'panic begins at the threshold instead of below it',
    file: `${BALANCING}/priority-load.ts`,
    find: 'return usablePercent < Math.min(FULL, panicThresholdPercent);',
    replace: 'return usablePercent <= Math.min(FULL, panicThresholdPercent);',
    envoy: 'panic-threshold',
  },
  {
    name: 'availability of a priority rounded up',
    file: `${BALANCING}/priority-load.ts`,
    find: 'Math.floor((counts.overprovisioningFactor * eligible) / total)',
    replace: 'Math.ceil((counts.overprovisioningFactor * eligible) / total)',
    conformance: ['envoy-lb'],
  },
  {
    name: 'the ring numbers its points from one',
    file: `${BALANCING}/ring-hash.ts`,
    find: 'let index = 0;',
    replace: 'let index = 1;',
    conformance: ['envoy-lb'],
  },
  {
    name: 'Maglev skips by one less',
    file: `${BALANCING}/maglev.ts`,
    find: 'hash64Mod(xxHash64(key, SKIP_SEED), tableSize - 1) + 1;',
    replace: 'Math.max(1, hash64Mod(xxHash64(key, SKIP_SEED), tableSize - 1));',
    conformance: ['envoy-lb'],
  },
  {
    name: 'header mutations of the most specific level never win',
    file: `${SEMANTICS}/header-mutation.ts`,
    find: 'if (configuration.source.mostSpecificHeaderMutationsWins) levels.reverse();',
    replace: '',
    conformance: ['envoy-router-check', 'envoy-route-config'],
  },
  {
    name: 'a weighted cluster owns one value too many',
    file: `${SEMANTICS}/cluster-selection.ts`,
    find: 'if (value < cluster.cumulativeWeight) return cluster;',
    replace: 'if (value <= cluster.cumulativeWeight) return cluster;',
    conformance: ['envoy-router-check'],
  },
  {
    name: 'a breaker lets one more through than its limit',
    file: 'src/engine/proxy/upstream/cluster-runtime.ts',
    find: 'return this.resource(priority, resource) < this.limit(priority, resource);',
    replace: 'return this.resource(priority, resource) <= this.limit(priority, resource);',
    envoy: 'breaker-requests',
  },
  {
    name: 'a reset is no 5xx',
    file: `${SEMANTICS}/retry-state.ts`,
    find: 'if ((retryOn & (RetryOn.FiveXx | RetryOn.GatewayError)) !== 0) return',
    replace: 'if ((retryOn & RetryOn.GatewayError) !== 0) return',
    envoy: 'retry-5xx-reset',
  },
];
