/** Turns what the engine and the compilers decided into words. */
export { describeReason } from './decision-reasons';
export { describeFlag } from './response-flags';
