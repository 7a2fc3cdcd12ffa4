export { AssertionError, assert, assertDefined, assertNever } from './assert';
export { cloneState } from './clone';
export {
  type ColumnArray,
  type ColumnArrays,
  type ColumnSpec,
  Columns,
  type ColumnsState,
  type ColumnType,
  type Handle,
  handleIndex,
  MAX_SLOTS,
  NO_HANDLE,
  Slots,
  type SlotsState,
} from './columns';
export { cos, exp, log, log2, log10, MAX_ANGLE, pow, sin } from './detmath';
export {
  type DurationError,
  formatGoDuration,
  formatProtoDuration,
  parseDuration,
  parseGatewayDuration,
  parseProtoDuration,
} from './duration';
export {
  combineHash64,
  compareHash64,
  type Hash64,
  hash64Mod,
  hash64ToHex,
  hashString32,
  mix32,
  murmurHash2,
  xxHash64,
} from './hash';
export { IntrusiveFifo, type IntrusiveFifoState } from './intrusive-fifo';
export { deltaQuantiles, type LatencyDelta, latencyDelta } from './latency-delta';
export { LatencySketch, type LatencySketchState } from './latency-sketch';
export { Rng, type RngState } from './prng';
export { type Err, err, mapResult, type Ok, ok, type Result } from './result';
export { studentT99, Welford, WindowedCounter, type WindowedCounterState } from './stats';
export { compareStrings, splitLast, splitOnce, stripPrefix, stripSuffix, utf8ByteLength, utf8Encode } from './text';
export { TraceHash, type TraceHashState } from './trace-hash';
export {
  type Bytes,
  formatDuration,
  type Ms,
  msToNs,
  NS_PER_MS,
  NS_PER_S,
  NS_PER_US,
  type Ns,
  nsToMs,
  type Ratio,
} from './units';
