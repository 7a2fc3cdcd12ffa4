import type { JsonValue } from '../../../xds';
import type { HeaderMap } from './header-map';
import type { ConnectionInfo, DynamicMetadata, RequestView, ResponseView } from './http-message';
import type { ResponseFlag } from './response-flags';

/** What a stream knows about itself beyond its messages. Everything is optional: an absent value prints as "-" or as nothing. */
export interface StreamFields {
  /** Milliseconds since the Unix epoch, on the simulated calendar. */
  readonly startTimeMs?: number;
  readonly protocol?: string;
  readonly responseCode?: number;
  readonly responseCodeDetails?: string;
  readonly connectionTerminationDetails?: string;
  readonly responseFlags?: readonly ResponseFlag[];
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  /** Total time of the request, milliseconds. */
  readonly durationMs?: number;
  /** From start to the last byte received from downstream, milliseconds. */
  readonly requestDurationMs?: number;
  /** From start to the first byte received from upstream, milliseconds. */
  readonly responseDurationMs?: number;
  /** From the first byte received from upstream to the last byte sent downstream, milliseconds. */
  readonly responseTxDurationMs?: number;
  readonly routeName?: string;
  readonly virtualClusterName?: string;
  /** `address:port` of the upstream host. */
  readonly upstreamHost?: string;
  readonly upstreamHostname?: string;
  /** The name under which the cluster is observed. */
  readonly upstreamCluster?: string;
  readonly upstreamClusterRaw?: string;
  readonly upstreamLocalAddress?: string;
  readonly upstreamProtocol?: string;
  readonly upstreamRequestAttemptCount?: number;
  readonly upstreamTransportFailureReason?: string;
  readonly upstreamWireBytesReceived?: number;
  readonly upstreamWireBytesSent?: number;
  readonly upstreamPeerUriSan?: string;
  readonly downstreamTransportFailureReason?: string;
  readonly downstreamLocalUriSan?: string;
  readonly filterChainName?: string;
  readonly connectionId?: number;
  readonly streamId?: string;
  readonly traceId?: string;
  readonly hostname?: string;
  readonly localReplyBody?: string;
  readonly accessLogType?: string;
  readonly trailers?: HeaderMap;
}

/** Everything a format string may refer to. */
export interface FormatContext {
  readonly request?: RequestView;
  readonly response?: ResponseView;
  readonly connection?: ConnectionInfo;
  readonly metadata?: DynamicMetadata;
  /** Metadata of the cluster that the stream was routed to, and of the host that it went to, by filter name. */
  readonly clusterMetadata?: DynamicMetadata;
  readonly upstreamMetadata?: DynamicMetadata;
  readonly stream?: StreamFields;
}

/** A value that a command yields; it keeps its type in JSON logs. Undefined: not available. */
export type FormatValue = JsonValue | undefined;
