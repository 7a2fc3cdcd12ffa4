import type { CorsPolicy } from '../http-filters';
import type { HedgePolicy, MirrorPolicy, RateLimitedRetryBackOff, RetryHostPredicate, RetryPolicy } from '../routes';
import { fractionOf, headerMatchersOf, readRuntimeFraction, readStringMatcher } from './decode-matchers';
import type { MessageReader } from './reader';
import { stringRecord } from './records';
import { TYPE } from './type-names';

/** api/envoy/extensions/retry/host/** */
function readHostPredicate(reader: MessageReader): RetryHostPredicate {
  const name = reader.text('name');
  const config = reader.any('typedConfig');
  reader.finish();
  switch (config?.type ?? name) {
    case TYPE.previousHosts:
      return { kind: 'previousHosts' };
    case TYPE.omitCanaryHosts:
      return { kind: 'omitCanaryHosts' };
    case TYPE.omitHostMetadata: {
      if (config === undefined) break;
      const metadata = reader.open(config, TYPE.omitHostMetadata).message('metadataMatch');
      return { kind: 'omitHostMetadata', metadata: stringRecord(metadata?.object('filterMetadata')?.['envoy.lb']) };
    }
    default:
      break;
  }
  reader.log.notSimulated(reader.path);
  return { kind: 'opaque', name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? {} };
}

function rateLimitedBackOffOf(reader: MessageReader): RateLimitedRetryBackOff | undefined {
  const backOff = reader.message(
    'rateLimitedRetryBackOff',
    'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff',
  );
  if (backOff === undefined) return undefined;
  return {
    resetHeaders: backOff.messages('resetHeaders').map((header) => ({
      name: header.text('name'),
      format: header.choice('format', ['SECONDS', 'UNIX_TIMESTAMP']),
    })),
    // Five minutes unless set: api/envoy/config/route/v3/route_components.proto RateLimitedRetryBackOff
    maxIntervalNs: backOff.duration('maxInterval', 300_000_000_000),
  };
}

/** The only priority plugin that Envoy ships. */
function retryPriorityOf(reader: MessageReader): RetryPolicy['retryPriority'] {
  const priority = reader.message('retryPriority');
  if (priority === undefined) return undefined;
  const name = priority.text('name');
  const config = priority.any('typedConfig');
  if (config?.type === TYPE.previousPriorities) {
    return { updateFrequency: priority.open(config, TYPE.previousPriorities).count('updateFrequency') };
  }
  priority.problem('typedConfig', `has the unknown type ${config?.type ?? name}`);
  return undefined;
}

function readRetryPolicy(reader: MessageReader): RetryPolicy {
  const backOff = reader.message('retryBackOff', 'envoy.config.route.v3.RetryPolicy.RetryBackOff');
  const maxIntervalNs = backOff?.optionalDuration('maxInterval');
  const rateLimitedBackOff = rateLimitedBackOffOf(reader);
  const retryPriority = retryPriorityOf(reader);
  return {
    retryOn: reader.text('retryOn'),
    numRetries: reader.optionalCount('numRetries') ?? 1,
    perTryTimeoutNs: reader.duration('perTryTimeout', 0),
    perTryIdleTimeoutNs: reader.duration('perTryIdleTimeout', 0),
    retriableStatusCodes: reader.counts('retriableStatusCodes'),
    retriableHeaders: headerMatchersOf(reader, 'retriableHeaders'),
    retriableRequestHeaders: headerMatchersOf(reader, 'retriableRequestHeaders'),
    retryHostPredicates: reader.messages('retryHostPredicate').map(readHostPredicate),
    hostSelectionRetryMaxAttempts: reader.count('hostSelectionRetryMaxAttempts') || 1,
    ...(backOff === undefined
      ? {}
      : {
          backOff: {
            baseIntervalNs: backOff.optionalDuration('baseInterval') ?? 0,
            ...(maxIntervalNs === undefined ? {} : { maxIntervalNs }),
          },
        }),
    ...(rateLimitedBackOff === undefined ? {} : { rateLimitedBackOff }),
    ...(retryPriority === undefined ? {} : { retryPriority }),
    ...reader.extra(),
  };
}

export function retryPolicyOf(reader: MessageReader, field: string): RetryPolicy | undefined {
  const policy = reader.message(field, 'envoy.config.route.v3.RetryPolicy');
  return policy === undefined ? undefined : readRetryPolicy(policy);
}

export function hedgePolicyOf(reader: MessageReader, field: string): HedgePolicy | undefined {
  const policy = reader.message(field, 'envoy.config.route.v3.HedgePolicy');
  if (policy === undefined) return undefined;
  return { hedgeOnPerTryTimeout: policy.flag('hedgeOnPerTryTimeout'), ...policy.extra() };
}

export function mirrorPoliciesOf(reader: MessageReader, field: string): MirrorPolicy[] {
  return reader.messages(field, 'envoy.config.route.v3.RouteAction.RequestMirrorPolicy').map((policy) => {
    const runtimeFraction = readRuntimeFraction(policy, 'runtimeFraction');
    const traceSampled = policy.optionalFlag('traceSampled');
    const clusterHeader = policy.text('clusterHeader');
    return {
      cluster: policy.text('cluster'),
      disableShadowHostSuffixAppend: policy.flag('disableShadowHostSuffixAppend'),
      ...(clusterHeader === '' ? {} : { clusterHeader }),
      ...(runtimeFraction === undefined ? {} : { runtimeFraction }),
      ...(traceSampled === undefined ? {} : { traceSampled }),
      ...policy.extra(),
    };
  });
}

/** Both the filter's own message and its deprecated twin of the route API. */
export function readCorsPolicy(reader: MessageReader): CorsPolicy {
  const allowCredentials = reader.optionalFlag('allowCredentials');
  const filterEnabled = fractionOf(reader, 'filterEnabled');
  const forward = reader.optionalFlag('forwardNotMatchingPreflights');
  return {
    allowOriginStringMatch: reader
      .messages('allowOriginStringMatch', 'envoy.type.matcher.v3.StringMatcher')
      .map(readStringMatcher),
    allowMethods: reader.text('allowMethods'),
    allowHeaders: reader.text('allowHeaders'),
    exposeHeaders: reader.text('exposeHeaders'),
    maxAge: reader.text('maxAge'),
    ...(allowCredentials === undefined ? {} : { allowCredentials }),
    ...(filterEnabled === undefined ? {} : { filterEnabled }),
    ...(forward === undefined ? {} : { forwardNotMatchingPreflights: forward }),
    ...reader.extra(),
  };
}

export function corsPolicyOf(reader: MessageReader, field: string): CorsPolicy | undefined {
  const policy = reader.message(field, 'envoy.extensions.filters.http.cors.v3.CorsPolicy');
  return policy === undefined ? undefined : readCorsPolicy(policy);
}
