// Seeds that every run of the judge executes.
import type { Scenario } from '../contract';
import { scenarioOf } from './case';
import { generateCase } from './generate';

/** Seeds that once disagreed, each with the rule that the engine broke. */
const KEPT: readonly (readonly [seed: number, wrong: string])[] = [
  [2, 'a redirect rewrites the path of the request that the log shows'],
  [3, 'no response code is known yet to formats in headers of an answer of the proxy itself'],
  [5, 'the host is chosen by the hash of the request as it was rewritten'],
  [7, 'headers of a direct response are changed once, and not at all when a filter answers instead'],
  [3131, 'the answer to a preflight request goes by the header mutations of routes'],
  [2039, 'a redirect or direct response has no CORS policy'],
  [39, 'formats in headers of an answer see the path as it was rewritten'],
  [2003, 'several values of a header are hashed one after the other, each with the hash before it as seed'],
  [1081, 'a first try that fails at once leaves the request without copies'],
  [1192, 'the log tells why the last try got no connection, not an earlier one'],
];

/** Seeds without a history. */
const FRESH = [100_001, 100_002, 100_003, 100_004, 100_005, 100_006] as const;

export const RANDOM: readonly Scenario[] = [
  ...KEPT.map(([seed, wrong]) => ({ ...scenarioOf(generateCase(seed)), claim: wrong })),
  ...FRESH.map((seed) => scenarioOf(generateCase(seed))),
];
