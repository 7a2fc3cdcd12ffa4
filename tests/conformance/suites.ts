import { runSuite as runEnvoyLb } from './envoy-lb';
import type { ConformanceSuite } from './suite';

/** Every conformance suite, in the order of the table. Each lives in a file of its name that exports `runSuite`. */
export const SUITES: readonly ConformanceSuite[] = [
  { suite: 'envoy-lb', data: ['conformance', 'envoy-lb'], minimumPassed: 113, runSuite: runEnvoyLb },
];
