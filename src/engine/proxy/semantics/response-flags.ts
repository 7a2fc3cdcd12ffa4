/**
 * Response flags by their number in Envoy's enumeration. A stream collects them in the order in which they are set, and prints them in that order.
 * envoyproxy/envoy source/common/stream_info/utility.h, envoy/stream_info/stream_info.h
 */
export const ResponseFlag = {
  FailedLocalHealthCheck: 0,
  NoHealthyUpstream: 1,
  UpstreamRequestTimeout: 2,
  LocalReset: 3,
  UpstreamRemoteReset: 4,
  UpstreamConnectionFailure: 5,
  UpstreamConnectionTermination: 6,
  UpstreamOverflow: 7,
  NoRouteFound: 8,
  DelayInjected: 9,
  FaultInjected: 10,
  RateLimited: 11,
  UnauthorizedExternalService: 12,
  RateLimitServiceError: 13,
  DownstreamConnectionTermination: 14,
  UpstreamRetryLimitExceeded: 15,
  StreamIdleTimeout: 16,
  InvalidEnvoyRequestHeaders: 17,
  DownstreamProtocolError: 18,
  UpstreamMaxStreamDurationReached: 19,
  ResponseFromCacheFilter: 20,
  NoFilterConfigFound: 21,
  DurationTimeout: 22,
  UpstreamProtocolError: 23,
  NoClusterFound: 24,
  OverloadManagerTerminated: 25,
  DnsResolutionFailed: 26,
  DropOverLoad: 27,
  DownstreamRemoteReset: 28,
  UnconditionalDropOverload: 29,
} as const;

export type ResponseFlag = (typeof ResponseFlag)[keyof typeof ResponseFlag];

export interface ResponseFlagInfo {
  readonly flag: ResponseFlag;
  /** As access logs print it, e.g. `UF`. */
  readonly shortName: string;
  /** As RESPONSE_FLAGS_LONG prints it, e.g. `UpstreamConnectionFailure`. */
  readonly longName: string;
  /** Key of the sentence that explains the flag to a person. */
  readonly explanationKey: string;
}

const NAMES: readonly (readonly [ResponseFlag, string, string])[] = [
  [ResponseFlag.FailedLocalHealthCheck, 'LH', 'FailedLocalHealthCheck'],
  [ResponseFlag.NoHealthyUpstream, 'UH', 'NoHealthyUpstream'],
  [ResponseFlag.UpstreamRequestTimeout, 'UT', 'UpstreamRequestTimeout'],
  [ResponseFlag.LocalReset, 'LR', 'LocalReset'],
  [ResponseFlag.UpstreamRemoteReset, 'UR', 'UpstreamRemoteReset'],
  [ResponseFlag.UpstreamConnectionFailure, 'UF', 'UpstreamConnectionFailure'],
  [ResponseFlag.UpstreamConnectionTermination, 'UC', 'UpstreamConnectionTermination'],
  [ResponseFlag.UpstreamOverflow, 'UO', 'UpstreamOverflow'],
  [ResponseFlag.NoRouteFound, 'NR', 'NoRouteFound'],
  [ResponseFlag.DelayInjected, 'DI', 'DelayInjected'],
  [ResponseFlag.FaultInjected, 'FI', 'FaultInjected'],
  [ResponseFlag.RateLimited, 'RL', 'RateLimited'],
  [ResponseFlag.UnauthorizedExternalService, 'UAEX', 'UnauthorizedExternalService'],
  [ResponseFlag.RateLimitServiceError, 'RLSE', 'RateLimitServiceError'],
  [ResponseFlag.DownstreamConnectionTermination, 'DC', 'DownstreamConnectionTermination'],
  [ResponseFlag.UpstreamRetryLimitExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
  [ResponseFlag.StreamIdleTimeout, 'SI', 'StreamIdleTimeout'],
  [ResponseFlag.InvalidEnvoyRequestHeaders, 'IH', 'InvalidEnvoyRequestHeaders'],
  [ResponseFlag.DownstreamProtocolError, 'DPE', 'DownstreamProtocolError'],
  [ResponseFlag.UpstreamMaxStreamDurationReached, 'UMSDR', 'UpstreamMaxStreamDurationReached'],
  [ResponseFlag.ResponseFromCacheFilter, 'RFCF', 'ResponseFromCacheFilter'],
  [ResponseFlag.NoFilterConfigFound, 'NFCF', 'NoFilterConfigFound'],
  [ResponseFlag.DurationTimeout, 'DT', 'DurationTimeout'],
  [ResponseFlag.UpstreamProtocolError, 'UPE', 'UpstreamProtocolError'],
  [ResponseFlag.NoClusterFound, 'NC', 'NoClusterFound'],
  [ResponseFlag.OverloadManagerTerminated, 'OM', 'OverloadManagerTerminated'],
  [ResponseFlag.DnsResolutionFailed, 'DF', 'DnsResolutionFailed'],
  [ResponseFlag.DropOverLoad, 'DO', 'DropOverload'],
  [ResponseFlag.DownstreamRemoteReset, 'DR', 'DownstreamRemoteReset'],
  [ResponseFlag.UnconditionalDropOverload, 'UDO', 'UnconditionalDropOverload'],
];

/** Every flag, indexed by its number. */
export const RESPONSE_FLAGS: readonly ResponseFlagInfo[] = NAMES.map(([flag, shortName, longName]) => ({
  flag,
  shortName,
  longName,
  explanationKey: `response-flag.${shortName}`,
}));

/** The flags in the order they were set, comma separated; `-` when there are none. */
export function formatResponseFlags(flags: readonly ResponseFlag[], form: 'short' | 'long' = 'short'): string {
  if (flags.length === 0) return '-';
  return flags
    .map((flag) => (form === 'short' ? RESPONSE_FLAGS[flag]?.shortName : RESPONSE_FLAGS[flag]?.longName))
    .join(',');
}

/** The flags of a bit set (bit = flag number) in the order of the enumeration. */
export function flagsOfBits(bits: number): readonly ResponseFlag[] {
  return RESPONSE_FLAGS.filter((info) => (bits & (1 << info.flag)) !== 0).map((info) => info.flag);
}

/** The flag with this short name; undefined when there is none. */
export function responseFlagByShortName(shortName: string): ResponseFlag | undefined {
  return RESPONSE_FLAGS.find((info) => info.shortName === shortName)?.flag;
}
