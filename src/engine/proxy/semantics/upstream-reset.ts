import type { LocalReply } from './local-reply';
import { ResponseCodeDetails } from './response-code-details';
import { ResponseFlag } from './response-flags';
import type { StreamResetReason } from './retry-state';

interface ResetInfo {
  readonly text: string;
  readonly flag: ResponseFlag;
}

/** Text and flag of each reason. envoyproxy/envoy source/common/http/utility.cc Utility::resetReasonToString, source/common/router/router.cc Filter::streamResetReasonToResponseFlag */
const RESETS: Readonly<Record<StreamResetReason, ResetInfo>> = {
  localConnectionFailure: { text: 'local connection failure', flag: ResponseFlag.UpstreamConnectionFailure },
  remoteConnectionFailure: { text: 'remote connection failure', flag: ResponseFlag.UpstreamConnectionFailure },
  connectionTimeout: { text: 'connection timeout', flag: ResponseFlag.UpstreamConnectionFailure },
  connectionTermination: { text: 'connection termination', flag: ResponseFlag.UpstreamConnectionTermination },
  localReset: { text: 'local reset', flag: ResponseFlag.LocalReset },
  localRefusedStreamReset: { text: 'local refused stream reset', flag: ResponseFlag.LocalReset },
  overflow: { text: 'overflow', flag: ResponseFlag.UpstreamOverflow },
  remoteReset: { text: 'remote reset', flag: ResponseFlag.UpstreamRemoteReset },
  remoteRefusedStreamReset: { text: 'remote refused stream reset', flag: ResponseFlag.UpstreamRemoteReset },
  connectError: { text: 'remote error with CONNECT request', flag: ResponseFlag.UpstreamRemoteReset },
  protocolError: { text: 'protocol error', flag: ResponseFlag.UpstreamProtocolError },
  overloadManager: { text: 'overload manager reset', flag: ResponseFlag.OverloadManagerTerminated },
  http1PrematureUpstreamHalfClose: {
    text: 'HTTP/1 premature upstream half close',
    flag: ResponseFlag.LocalReset,
  },
};

export function resetReasonText(reason: StreamResetReason): string {
  return RESETS[reason].text;
}

export function resetReasonFlag(reason: StreamResetReason): ResponseFlag {
  return RESETS[reason].flag;
}

/** How a reset reached the router. */
export interface UpstreamReset {
  readonly reason: StreamResetReason;
  /** Empty: the transport gave none. */
  readonly transportFailureReason: string;
  /** A retry was made before. */
  readonly isRetry: boolean;
  /** The client already has response headers: the reply's details are kept, its stream is reset. */
  readonly responseStarted: boolean;
  /** The router leaves out x-envoy-* response headers. */
  readonly suppressEnvoyHeaders: boolean;
}

/** The reply for an upstream reset that is not retried. */
// envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamReset, Filter::onUpstreamAbort
export function upstreamResetReply(reset: UpstreamReset): LocalReply {
  const { text, flag } = RESETS[reset.reason];
  const { transportFailureReason: transport } = reset;
  const kind = reset.responseStarted ? ResponseCodeDetails.LateUpstreamReset : ResponseCodeDetails.EarlyUpstreamReset;
  const details = `${kind}{${text}${transport === '' ? '' : `|${transport}`}}`;
  const retried = reset.isRetry ? 'retried and the latest ' : '';
  const cause = transport === '' ? '' : `, transport failure reason: ${transport}`;
  const overloaded = reset.reason === 'overflow' && !reset.suppressEnvoyHeaders;
  return {
    status: reset.reason === 'protocolError' ? 502 : 503,
    body: `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${text}${cause}`,
    details: details.replaceAll(/\s/g, '_'),
    flag,
    ...(overloaded ? { headers: [['x-envoy-overloaded', 'true']] as const } : {}),
  };
}

/** Which timer ended the request. */
export type UpstreamTimeout = 'route' | 'perTry' | 'perTryIdle';

const TIMEOUT_DETAILS: Readonly<Record<UpstreamTimeout, string>> = {
  route: ResponseCodeDetails.ResponseTimeout,
  perTry: ResponseCodeDetails.UpstreamPerTryTimeout,
  perTryIdle: ResponseCodeDetails.UpstreamPerTryIdleTimeout,
};

/** The reply for a timeout that is not retried; header x-envoy-upstream-rq-timeout-alt-response asks for the alternative. */
// envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamTimeoutAbort
export function upstreamTimeoutReply(timeout: UpstreamTimeout, alternative = false): LocalReply {
  return {
    status: alternative ? 204 : 504,
    body: alternative ? '' : 'upstream request timeout',
    details: TIMEOUT_DETAILS[timeout],
    flag: ResponseFlag.UpstreamRequestTimeout,
  };
}

/** The reply when the cluster's longest stream duration ended before response headers. */
// envoyproxy/envoy source/common/router/router.cc Filter::onStreamMaxDurationReached; source/common/http/utility.h maybeRequestTimeoutCode
export function maxStreamDurationReply(requestComplete: boolean): LocalReply {
  return {
    status: requestComplete ? 504 : 408,
    body: 'upstream max stream duration reached',
    details: ResponseCodeDetails.UpstreamMaxStreamDurationReached,
    flag: ResponseFlag.UpstreamMaxStreamDurationReached,
  };
}

/** Replies of the router before a try is made. */
// envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders, Filter::continueDecodeHeaders, Filter::sendNoHealthyUpstreamResponse
export const RouterReply = {
  routeNotFound: {
    status: 404,
    body: '',
    details: ResponseCodeDetails.RouteNotFound,
    flag: ResponseFlag.NoRouteFound,
  },
  noHealthyUpstream: {
    status: 503,
    body: 'no healthy upstream',
    details: ResponseCodeDetails.NoHealthyUpstream,
    flag: ResponseFlag.NoHealthyUpstream,
  },
  maintenanceMode: {
    status: 503,
    body: 'maintenance mode',
    details: ResponseCodeDetails.MaintenanceMode,
    flag: ResponseFlag.UpstreamOverflow,
    headers: [['x-envoy-overloaded', 'true']],
  },
  dropOverload: {
    status: 503,
    body: 'drop overload',
    details: ResponseCodeDetails.DropOverload,
    flag: ResponseFlag.DropOverLoad,
    headers: [['x-envoy-drop-overload', 'true']],
  },
  unconditionalDropOverload: {
    status: 503,
    body: 'unconditional drop overload',
    details: ResponseCodeDetails.UnconditionalDropOverload,
    flag: ResponseFlag.UnconditionalDropOverload,
    headers: [['x-envoy-unconditional-drop-overload', 'true']],
  },
} as const satisfies Readonly<Record<string, LocalReply>>;

/** The cluster that the route names does not exist. */
export function clusterNotFoundReply(status: number): LocalReply {
  return { status, body: '', details: ResponseCodeDetails.ClusterNotFound, flag: ResponseFlag.NoClusterFound };
}
