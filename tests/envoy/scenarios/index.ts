// Every scenario of the judge, in the order of the table.
import type { Scenario } from '../contract';
import { CONNECTIONS } from './connections';
import { RETRIES } from './retries';
import { TIMEOUTS } from './timeouts';

export const SCENARIOS: readonly Scenario[] = [...RETRIES, ...TIMEOUTS, ...CONNECTIONS];
