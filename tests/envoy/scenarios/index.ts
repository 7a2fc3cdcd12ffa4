// Every scenario of the judge, in the order of the table.
import type { Scenario } from '../contract';
import { RETRIES } from './retries';

export const SCENARIOS: readonly Scenario[] = [...RETRIES];
