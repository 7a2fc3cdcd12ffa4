import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type { HttpConnectionManager, TracingConfig } from '../listeners';
import type { FractionalPercent } from '../matchers';
import { AGGREGATED_SOURCE } from './config-sources';
import { encodeAccessLog } from './encode-access-log';
import { encodeHttpFilter } from './encode-http-filters';
import { encodePercent } from './encode-matchers';
import { encodeUpgrades } from './encode-route-action';
import { encodeRouteConfiguration } from './encode-routes';
import {
  count,
  durationUnless,
  each,
  type Fields,
  flag,
  message,
  messageIfAny,
  optionalDuration,
  text,
  unless,
} from './writer';

function encodeSampling(share: FractionalPercent): JsonObject {
  return encodePercent((share.numerator * 100) / share.denominator);
}

function encodeTracing(tracing: TracingConfig): JsonObject {
  return message(
    {
      clientSampling: encodeSampling(tracing.clientSampling),
      randomSampling: encodeSampling(tracing.randomSampling),
      overallSampling: encodeSampling(tracing.overallSampling),
      customTags: Array.isArray(tracing.customTags) && tracing.customTags.length === 0 ? undefined : tracing.customTags,
      provider: tracing.provider,
      spawnUpstreamSpan: flag(tracing.spawnUpstreamSpan),
    },
    tracing.extra,
  );
}

function routeFields(routes: HttpConnectionManager['routes']): Fields {
  switch (routes.kind) {
    case 'rds':
      return {
        rds: { configSource: routes.configSource ?? AGGREGATED_SOURCE, routeConfigName: routes.routeConfigName },
      };
    case 'inline':
      return { routeConfig: encodeRouteConfiguration(routes.routeConfig) };
    case 'scoped':
      return { scopedRoutes: routes.config };
    default:
      return assertNever(routes);
  }
}

function protocolFields(hcm: HttpConnectionManager): Fields {
  return {
    commonHttpProtocolOptions: messageIfAny({
      idleTimeout: durationUnless(hcm.idleTimeoutNs, 3_600_000_000_000),
      maxConnectionDuration: optionalDuration(hcm.maxConnectionDurationNs),
      maxStreamDuration: optionalDuration(hcm.maxStreamDurationNs),
      maxRequestsPerConnection: hcm.maxRequestsPerConnection,
    }),
    httpProtocolOptions: hcm.acceptHttp10 ? { acceptHttp10: true } : undefined,
    http2ProtocolOptions: messageIfAny({ maxConcurrentStreams: hcm.maxConcurrentStreams }),
  };
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager` */
export function encodeHttpConnectionManager(hcm: HttpConnectionManager): JsonObject {
  const details = hcm.setCurrentClientCertDetails;
  return message(
    {
      codecType: unless<string>(hcm.codecType, 'AUTO'),
      statPrefix: text(hcm.statPrefix),
      ...routeFields(hcm.routes),
      httpFilters: each(hcm.httpFilters, encodeHttpFilter),
      tracing: hcm.tracing && encodeTracing(hcm.tracing),
      ...protocolFields(hcm),
      serverName: text(hcm.serverName),
      streamIdleTimeout: durationUnless(hcm.streamIdleTimeoutNs, 300_000_000_000),
      requestTimeout: durationUnless(hcm.requestTimeoutNs, 0),
      requestHeadersTimeout: durationUnless(hcm.requestHeadersTimeoutNs, 0),
      accessLog: each(hcm.accessLog, encodeAccessLog),
      useRemoteAddress: hcm.useRemoteAddress,
      xffNumTrustedHops: count(hcm.xffNumTrustedHops),
      skipXffAppend: flag(hcm.skipXffAppend),
      preserveExternalRequestId: flag(hcm.preserveExternalRequestId),
      forwardClientCertDetails: unless<string>(hcm.forwardClientCertDetails, 'SANITIZE'),
      setCurrentClientCertDetails: messageIfAny({
        subject: flag(details.subject),
        cert: flag(details.cert),
        chain: flag(details.chain),
        dns: flag(details.dns),
        uri: flag(details.uri),
      }),
      proxy100Continue: flag(hcm.proxy100Continue),
      upgradeConfigs: encodeUpgrades(hcm.upgradeTypes, hcm.otherUpgrades),
      normalizePath: flag(hcm.normalizePath),
      mergeSlashes: flag(hcm.mergeSlashes),
      pathWithEscapedSlashesAction: unless<string>(hcm.pathWithEscapedSlashesAction, 'IMPLEMENTATION_SPECIFIC_DEFAULT'),
      stripMatchingHostPort: flag(hcm.stripMatchingHostPort),
      stripAnyHostPort: flag(hcm.stripAnyHostPort),
      stripTrailingHostDot: flag(hcm.stripTrailingHostDot),
    },
    hcm.extra,
  );
}
